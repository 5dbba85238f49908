internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRILogs
internal import CRISystem

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "logs", abstract: "Print what a container wrote.",
    discussion:
      "Its standard output goes to ours, its standard error to ours. Rotated files are read where --since or --tail "
      + "reaches back to them.")

  @Argument(
    help: ArgumentHelp(
      "The container: its ID or how that begins, its name, POD/CONTAINER, or NAMESPACE/POD/CONTAINER.",
      valueName: "container"))
  var container: String

  @Flag(name: [.customShort("f"), .long], help: "Go on with what it writes, until it has exited.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Lines since then: a duration before now (42m), a time (2024-01-31T12:00:00Z, 2024-01-31), seconds since 1970.",
      valueName: "time"))
  var since: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("So many of the last lines, with --stream of that one; negative: all.", valueName: "n"))
  var tail = -1

  @Option(
    parsing: .unconditional, help: ArgumentHelp("So many bytes, then stop; negative: all.", valueName: "n"))
  var limitBytes = -1

  @Flag(name: [.customShort("p"), .long], help: "Of the container that was in its place before.")
  var previous = false

  @Option(name: [.customShort("s"), .long], help: ArgumentHelp("Only stdout, or only stderr.", valueName: "stream"))
  var stream: String?

  @Flag(name: [.customShort("t"), .long], help: "Begin each line with its time.")
  var timestamps = false

  @Flag(name: [.customShort("r"), .long], help: "Let the runtime open the file anew before.")
  var reopen = false

  func validate() throws {
    if container.isEmpty { throw ValidationError("The container's ID or name is empty") }
    if let stream, !stream.isEmpty, LogStream(rawValue: stream) == nil {
      throw ValidationError("--stream \(stream): write stdout or stderr")
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
    // One that has exited writes no more.
    try await view.print(selection, printer, isFollowed: follow && source.mayWrite)
  }

  private func source(_ client: Client) async throws -> (id: String, path: String, mayWrite: Bool) {
    let containers = LoggedContainer(client: client)
    let status = try await containers.find(container)
    if reopen {
      do throws(RPCError) {
        _ = try await client.runtime.reopenContainerLog(ReopenContainerLogRequest(containerID: status.id))
      } catch {
        throw Failure(error, client.endpoint, unserved: .reopenContainerLog, "kubelet needs it to rotate logs")
      }
    }
    guard previous else { return (status.id, try LogPath.of(status), status.mayWrite) }
    if let before = try await containers.predecessor(of: status) {
      return (before.id, try LogPath.of(before), before.mayWrite)
    }
    let attempt = status.metadata?.attempt ?? 0
    guard let path = LogPath.predecessor(of: try LogPath.of(status), attempt: attempt) else {
      throw Failure(.failed, "no container was in the place of \(status.id) before: this is attempt \(attempt)")
    }
    return (status.id, path, false)
  }
}

extension ContainerStatus {
  /// Whether it runs, or is to run.
  var mayWrite: Bool { state != .exited }
}
