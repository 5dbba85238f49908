internal import CRI
internal import CRICommandLine
internal import CRICopy
internal import CRIStreaming
internal import CRISystem

/// Runs `tar` in a container.
struct CopyExec: Sendable {
  /// The maximum number of bytes of tar's messages to keep.
  private static let maximumMessage = 4096

  let client: Client
  let id: String
  let options: StreamingOptions
  let context: Context
  let subject: String

  /// - Throws: `RPCError`, `StreamingError`.
  func open(_ command: [String], input: Bool) async throws -> Session {
    let streams = RemoteCommandStreams(stdin: input)
    let request = ExecRequest(containerID: id, cmd: command, stdin: input, stdout: true, stderr: true)
    let context = context
    let session = try await Session.open(streams, options: options, refused: { StreamOptions.note($0, context) }) {
      try await client.runtime.exec(request).url
    }
    StreamOptions.note(session, context)
    return session
  }

  /// The beginning of what tar writes to standard error. All of it is read, so that tar does not wait.
  static func message(_ output: SessionOutput) async -> String {
    var bytes: [UInt8] = []
    for await more in output { bytes += more.prefix(maximumMessage - bytes.count) }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
  }

  /// - Throws: `Failure` unless tar has exited with 0, `StreamingError`.
  func check(_ result: CommandResult, _ message: String) throws {
    let reason = message.isEmpty ? "" : ": \(message)"
    switch result {
    case .exited(0): break
    case .exited(let code):
      throw Failure(.failed, "\(subject): tar in the container ended with exit code \(code)\(reason)")
    case .failed(let status):
      let remedy = ExecFailure.code(of: status.message) == .commandNotFound ? "; run as root with --method node" : ""
      throw Failure(.failed, "\(subject): cannot run tar in the container: \(status.message)\(remedy)")
    case .unreported(let version):
      throw Failure(
        .failed, "\(subject): \(version.rawValue) does not report whether tar succeeded; try --transport spdy")
    }
  }
}
