internal import CRIGRPC
internal import CRIMessages
internal import CRIStreaming

/// Runs a simulated command without a session.
enum SimulatedExecSync {
  /// - Throws: containerd's error status for a command that cannot be run, or that takes too long.
  static func run(_ request: ExecSyncRequest) async throws(CallFailure) -> ExecSyncResponse {
    var command = SimulatedCommand(request.cmd)
    var response = ExecSyncResponse()
    let limit = request.timeout > 0 ? ContinuousClock.now + .seconds(request.timeout) : nil
    var actions = command.start() + command.endOfInput()
    while true {
      var wait: Duration?
      for action in actions {
        switch action {
        case .output(.stdout, let bytes): response.stdout += bytes
        case .output(.stderr, let bytes): response.stderr += bytes
        case .wait(let time): wait = time
        case .finish(.exited(let status)):
          response.exitCode = Int32(status)
          return response
        case .finish(.failed(let status)): throw CallFailure(.unknown, "failed to exec in container: \(status.message)")
        case .finish(.unreported): return response
        case .drop: throw CallFailure(.unavailable, "the connection is closed")
        }
      }
      let remaining = limit.map { $0 - .now } ?? .seconds(1 << 30)
      let time = min(wait ?? .seconds(1 << 30), remaining)
      try? await Task.sleep(for: max(time, .zero))
      if let limit, .now >= limit {
        throw CallFailure(
          .deadlineExceeded,
          "failed to exec in container: timeout \(request.timeout)s exceeded: context deadline exceeded")
      }
      if Task.isCancelled { throw CallFailure(.cancelled, "context canceled") }
      actions = command.timeIsOver()
    }
  }
}
