internal import CRI
internal import CRICommandLine

extension Failure {
  /// The error of a call that not every runtime implements.
  /// - Parameter remedy: What the user can do if this runtime does not.
  init<Request, Response>(
    _ error: RPCError, _ endpoint: Endpoint, unserved method: Method<Request, Response>, _ remedy: String
  ) {
    if error.isUnknownMethod {
      self.init(.failed, "the runtime does not implement \(method.name); \(remedy)")
    } else {
      self.init(error, endpoint)
    }
  }
}
