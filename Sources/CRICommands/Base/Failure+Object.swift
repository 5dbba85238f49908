internal import CRI
internal import CRICommandLine

extension Failure {
  /// The error of a call about one object. The object is named if the error concerns it, but not if the error concerns
  /// the runtime as a whole.
  /// - Parameter object: The object, such as `container 4f2a`.
  init(_ error: RPCError, about object: String, _ endpoint: Endpoint) {
    let whole = Failure(error, endpoint)
    let namesObject =
      switch error.cause {
      case .undecodable, .deadlineExceeded: true
      case .status: !error.isUnknownService && !error.isNotInitialized
      default: false
      }
    self.init(error.isNotFound ? .notFound : whole.code, namesObject ? "\(object): \(whole.message)" : whole.message)
  }
}
