internal import CRIGRPC
internal import CRIMessages
internal import CRIStreaming
internal import CRISystem

/// The sessions behind the URLs that `Exec`, `Attach` and `PortForward` return. Each URL can be used once.
final class SimulatedSessions: Sendable {
  private struct State {
    var server: StreamServer?
    var responses: [String: StreamServer.Response] = [:]
  }

  /// The maximum number of unused URLs; when it is reached, all unused URLs expire.
  private static let maximumURLs = 1000

  private let state = Locked(State())
  /// Whether to reject SPDY, as CRI-O does with conmon-rs.
  private let refusesSPDY: Bool
  /// The URL that every call returns; nil for the URLs of the simulated runtime's own server.
  private let fixedURL: String?

  private let tls: (any TLSProvider)?
  /// Called with the ID of a container and an exit status when its main command has ended.
  private let onExit: (@Sendable (String, UInt8) -> Void)?

  init(
    _ faults: Faults, tls: (any TLSProvider)? = nil, onExit: (@Sendable (String, UInt8) -> Void)? = nil
  ) {
    self.tls = tls
    self.onExit = onExit
    refusesSPDY = faults.refusesSPDY
    fixedURL = faults.streamingURL
  }

  func exec(_ request: ExecRequest, _ id: String) throws(CallFailure) -> ExecResponse {
    let streams = RemoteCommandStreams(
      stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, terminal: request.tty)
    return ExecResponse(
      url: try url("exec", .command(streams, SimulatedCommand(request.cmd, hasTerminal: request.tty))))
  }

  /// A container that runs a script of `sh` starts it when a client attaches, and exits with it. Any other container behaves
  /// like a shell that reads lines, and was created without `stdin_once`.
  func attach(_ request: AttachRequest, _ container: SimulatedContainer) throws(CallFailure) -> AttachResponse {
    let streams = RemoteCommandStreams(
      stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, terminal: request.tty)
    guard let program = container.program, program.arguments.first == "sh", program.arguments.count > 2 else {
      let command = SimulatedCommand(["sh"], hasTerminal: request.tty, endsWithInput: true)
      return AttachResponse(url: try url("attach", .command(streams, command)))
    }
    let command = SimulatedCommand(
      program.arguments, hasTerminal: request.tty, endsWithInput: !program.stdinOnce || request.tty)
    let (id, onExit) = (container.id, onExit)
    let served = SimulatedMainCommand(command) { onExit?(id, $0) }
    return AttachResponse(url: try url("attach", .command(streams, served)))
  }

  func portForward(_ request: PortForwardRequest) throws(CallFailure) -> PortForwardResponse {
    let ports = request.port.compactMap { UInt16(exactly: $0) }
    return PortForwardResponse(url: try url("portforward", .ports(ports, connect: SimulatedPort.at)))
  }

  /// Closes all connections, as if the runtime had been killed.
  func stop() {
    let server = state.withLock { state in
      defer { state = State() }
      return state.server
    }
    server?.close()
  }

  private func url(_ kind: String, _ response: StreamServer.Response) throws(CallFailure) -> String {
    if let fixedURL { return fixedURL }
    let token = (0..<2).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()
    let path = "/\(kind)/\(token)"
    do throws(Errno) {
      let port = try state.withLock { (state) throws(Errno) in
        if state.responses.count >= Self.maximumURLs { state.responses = [:] }
        state.responses[path] = response
        if let server = state.server { return server.port }
        let server = try serve()
        state.server = server
        return server.port
      }
      return "\(tls == nil ? "http" : "https")://127.0.0.1:\(port)\(path)"
    } catch { throw CallFailure(.unavailable, "streaming server is not available: \(error)") }
  }

  private func serve() throws(Errno) -> StreamServer {
    var options = StreamServer.Options()
    options.acceptsSPDY = !refusesSPDY
    options.tls = tls
    return try StreamServer(on: .loopback(port: 0), options: options) { [weak self] offer in
      let response = self?.state.withLock { $0.responses.removeValue(forKey: offer.path) }
      return response ?? .refuse(status: 404, reason: "Not Found", body: "cannot find the request")
    }
  }
}
