internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRILogs
internal import CRISystem

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "logs", abstract: "Print the log of a container.",
    discussion:
      "The container's standard output is printed to standard output, and its standard error to standard error. "
      + "Rotated files are read if --since or --tail needs them.")

  @Argument(
    help: ArgumentHelp(
      "The container: an ID or a unique prefix, a name, POD/CONTAINER, or NAMESPACE/POD/CONTAINER.",
      valueName: "container"))
  var container: String

  @Flag(name: [.customShort("f"), .long], help: "Continue to print new lines until the container exits.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Print only lines newer than a duration (42m), or written since a time (2024-01-31T12:00:00Z, 2024-01-31, or "
        + "seconds since 1970).",
      valueName: "time"))
  var since: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Print only the last N lines; with --stream, of that stream (negative: all).", valueName: "N"))
  var tail = -1

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Stop after N bytes (negative: no limit).", valueName: "N"))
  var limitBytes = -1

  @Flag(name: [.customShort("p"), .long], help: "Print the log of the container's previous attempt.")
  var previous = false

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("Print only this stream: stdout or stderr.", valueName: "stream"))
  var stream: String?

  @Flag(name: [.customShort("t"), .long], help: "Prefix each line with its timestamp.")
  var timestamps = false

  @Flag(name: [.customShort("r"), .long], help: "Ask the runtime to reopen the log file first.")
  var reopen = false

  func validate() throws {
    if container.isEmpty { throw ValidationError("the container's ID or name is empty") }
    if let stream, !stream.isEmpty, LogStream(rawValue: stream) == nil {
      throw ValidationError("--stream \(stream): specify stdout or stderr")
    }
  }

  func run() async throws {
    var selection = LogSelection(stream: stream.flatMap(LogStream.init(rawValue:)), tail: tail < 0 ? nil : tail)
    if let since, !since.isEmpty {
      selection.since = try SinceText.parse(since, now: Timestamp(nanoseconds: Kernel.now))
    }
    let client = try Context().client()
    let source = try await source(client)
    let printer = LinePrinter(
      selection, hasTimestamps: timestamps, to: LogOutput(limit: limitBytes < 0 ? nil : limitBytes))
    let view = LogView(client: client, id: source.id, path: source.path)
    if follow { Interrupt.installExitHandler() }
    // A container that has exited writes nothing more.
    try await view.print(selection, printer, isFollowed: follow && source.mayWrite)
  }

  private func source(_ client: Client) async throws -> (id: String, path: String, mayWrite: Bool) {
    let containers = LoggedContainer(client: client)
    let status = try await containers.find(container)
    if reopen {
      do throws(RPCError) {
        _ = try await client.runtime.reopenContainerLog(ReopenContainerLogRequest(containerID: status.id))
      } catch {
        throw Failure(
          error, client.endpoint, about: "container \(status.id)", unserved: .reopenContainerLog,
          "kubelet needs it to rotate logs")
      }
    }
    guard previous else { return (status.id, try LogPath.of(status), status.mayWrite) }
    if let before = try await containers.predecessor(of: status) {
      return (before.id, try LogPath.of(before), before.mayWrite)
    }
    let attempt = status.metadata?.attempt ?? 0
    guard let path = LogPath.predecessor(of: try LogPath.of(status), attempt: attempt) else {
      throw Failure(.failed, "container \(status.id) has no previous attempt; this is attempt \(attempt)")
    }
    return (status.id, path, false)
  }
}

extension ContainerStatus {
  /// Whether the container is running, or may still be started.
  var mayWrite: Bool { state != .exited }
}
