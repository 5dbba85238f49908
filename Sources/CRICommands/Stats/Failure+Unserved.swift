internal import CRI
internal import CRICommandLine

extension Failure {
  /// The error of a call that not every runtime implements.
  /// - Parameters:
  ///   - remedy: What the user can do if this runtime does not implement it.
  ///   - object: The object of the call, such as `container 4f2a`; nil for the runtime as a whole.
  init<Request, Response>(
    _ error: RPCError, _ endpoint: Endpoint, about object: String? = nil, unserved method: Method<Request, Response>,
    _ remedy: String
  ) {
    if error.isUnknownMethod {
      self.init(.failed, "the runtime does not implement \(method.name); \(remedy)")
    } else {
      self = object.map { Failure(error, about: $0, endpoint) } ?? Failure(error, endpoint)
    }
  }
}
