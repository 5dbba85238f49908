internal import CRI

extension Failure {
  /// An error of a call about one object: what is wrong with that one is said of it, what is wrong with the runtime, of
  /// the runtime.
  /// - Parameter object: such as `container 4f2a`.
  init(_ error: RPCError, about object: String, _ endpoint: Endpoint) {
    switch error {
    case .undecodable: self.init(.failed, "\(object): \(error)")
    case .status where !error.isUnknownService && !error.isNotInitialized: self.init(.failed, "\(object): \(error)")
    default: self.init(error, endpoint)
    }
  }
}
