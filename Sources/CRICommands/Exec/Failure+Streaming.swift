internal import CRICommandLine
internal import CRIStreaming

extension Failure {
  /// The failure of a session, with a remedy.
  /// - Parameter subject: the object, such as `container web`.
  init(_ error: StreamingError, about subject: String) {
    let remedy = Self.remedy(for: error).map { "; \($0)" } ?? ""
    self.init(.sessionFailed, "\(subject): \(error)\(remedy)")
  }

  private static func remedy(for error: StreamingError) -> String? {
    switch error.code {
    case .invalidURL: "the runtime's streaming server is misconfigured"
    case .cannotConnect:
      "check the address of the runtime's streaming server in its configuration, and that cri runs on the same node"
    case .timedOut: "specify a longer --timeout before the subcommand"
    case .connectionLost, .protocolViolation, .malformedStatus: "the command may still be running"
    case .redirected: "specify the endpoint of the runtime itself"
    default:
      if let host = error.refusedHost {
        "specify --allow-stream-host \(host) to connect to it"
      } else if let status = error.refusedStatus {
        status == 404 ? "the URL has expired; try again" : "try another --transport"
      } else {
        nil
      }
    }
  }
}
