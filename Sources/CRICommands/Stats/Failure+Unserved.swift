internal import CRI
internal import CRICommandLine

extension Failure {
  /// An error of a call that not every runtime serves.
  /// - Parameter remedy: what helps where this one does not.
  init<Request, Response>(
    _ error: RPCError, _ endpoint: Endpoint, unserved method: Method<Request, Response>, _ remedy: String
  ) {
    if error.isUnknownMethod {
      self.init(.failed, "the runtime does not serve \(method.name); \(remedy)")
    } else {
      self.init(error, endpoint)
    }
  }
}
