import CRISystem
import CRIStreaming

/// A command that the tests' own server runs.
struct TestCommand: ServedCommand {
  enum Behaviour: Sendable {
    case exit(UInt8)
    /// Echoes its input until the input ends.
    case cat
    /// Writes this many bytes to standard output, in pieces of 1 MiB, and does not read any input.
    case flood(Int)
    case hang
    case drop
    case fail(String)
    /// Writes to both outputs.
    case both
    /// Writes the terminal's sizes.
    case sizes
  }

  let behaviour: Behaviour
  private var left = 0

  init(_ behaviour: Behaviour) { self.behaviour = behaviour }

  mutating func start() -> [ServedAction] {
    switch behaviour {
    case .exit(let status): return [.finish(.exited(status: status))]
    case .cat, .hang, .sizes: return []
    case .flood(let size):
      left = size
      return timeIsOver()
    case .drop: return [.output(.stdout, Array("before".utf8)), .wait(.milliseconds(50))]
    case .fail(let message):
      return [.finish(.failed(RemoteStatus(message: message, reason: "InternalError", code: 500)))]
    case .both:
      return [
        .output(.stdout, Array("out".utf8)), .output(.stderr, Array("err".utf8)), .finish(.exited(status: 7)),
      ]
    }
  }

  mutating func receive(_ input: [UInt8]) -> [ServedAction] {
    if case .cat = behaviour { [.output(.stdout, input)] } else { [] }
  }

  mutating func endOfInput() -> [ServedAction] {
    if case .cat = behaviour { [.finish(.exited(status: 0))] } else { [] }
  }

  mutating func resize(_ size: TerminalSize) -> [ServedAction] {
    guard case .sizes = behaviour else { return [] }
    let text: ServedAction = .output(.stdout, Array("\(size.width)x\(size.height) ".utf8))
    return size.width == 1 ? [text, .finish(.exited(status: 0))] : [text]
  }

  mutating func timeIsOver() -> [ServedAction] {
    switch behaviour {
    case .drop: return [.drop]
    case .flood:
      let count = min(left, 1 << 20)
      left -= count
      let piece: ServedAction = .output(.stdout, [UInt8](repeating: 120, count: count))
      return left == 0 ? [piece, .finish(.exited(status: 0))] : [piece, .wait(.zero)]
    case .exit, .cat, .hang, .fail, .both, .sizes: return []
    }
  }
}

extension StreamServer {
  /// A server on a free port that responds to every request with the same behaviour.
  convenience init(
    _ behaviour: TestCommand.Behaviour, _ streams: RemoteCommandStreams = RemoteCommandStreams(stdin: true),
    options: Options = Options()
  ) throws {
    try self.init(on: .loopback(port: 0), options: options) { _ in .command(streams, TestCommand(behaviour)) }
  }

  var url: String { "http://127.0.0.1:\(port)/exec/token" }
}

extension Session {
  /// Opens a session on a server, with one transport.
  static func open(
    _ server: StreamServer, _ kind: StreamTransportKind,
    _ streams: RemoteCommandStreams = RemoteCommandStreams(stdin: true),
    setupTimeout: Duration = .seconds(30)
  ) async throws -> Session {
    let options = StreamingOptions(transport: .only(kind), setupTimeout: setupTimeout)
    return try await open(streams, options: options) { server.url }
  }
}

extension SessionOutput {
  /// All of the output.
  func all() async -> [UInt8] {
    var bytes: [UInt8] = []
    for await piece in self { bytes += piece }
    return bytes
  }
}
