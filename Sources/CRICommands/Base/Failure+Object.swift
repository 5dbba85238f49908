internal import CRI
internal import CRICommandLine

extension Failure {
  /// An error of a call about one object: what is wrong with that one is said of it, what is wrong with the runtime, of
  /// the runtime.
  /// - Parameter object: such as `container 4f2a`.
  init(_ error: RPCError, about object: String, _ endpoint: Endpoint) {
    let whole = Failure(error, endpoint)
    let isOfObject =
      switch error {
      case .undecodable, .deadlineExceeded: true
      case .status: !error.isUnknownService && !error.isNotInitialized
      default: false
      }
    self.init(whole.code, isOfObject ? "\(object): \(whole.message)" : whole.message)
  }
}
