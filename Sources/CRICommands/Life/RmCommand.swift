internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRILogs
internal import CRINode
internal import CRISystem

struct RmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rm", abstract: "Remove containers and their logs.",
    discussion: """
      A running container is removed only with --force.

      Only regular log files below the node's directory for pod logs are removed: the log itself and its rotated \
      files. Any other file that the runtime names is kept and reported on standard error; -D reports each \
      removed file.
      """)

  @OptionGroup var targets: Targets

  @Flag(name: [.customShort("f"), .long], help: "Also remove running containers; they are killed first.")
  var force = false

  @Flag(name: [.customShort("k"), .long], help: "Keep the logs, including the rotated ones.")
  var keepLogs = false

  @Option(
    help: ArgumentHelp(
      "Remove only logs below this directory. (default: /var/log/pods, and kubelet's podLogsDir)",
      valueName: "directory"))
  var logRoot: String?

  func validate() throws {
    if let logRoot, !logRoot.hasPrefix("/") || logRoot.split(separator: "/").allSatisfy({ $0 == "." }) {
      throw ValidationError("--log-root '\(logRoot)': specify an absolute path of a directory other than /")
    }
  }

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let timeout = context.bulkTimeout
    let ids = try await targets.resolve("containers", of: client) { () async throws(RPCError) in
      try await client.runtime.containers().map(\.id)
    }
    let isForced = force
    let logs = keepLogs ? nil : LogRemoval(roots: logRoot.map { [$0] } ?? PodLogDirectory.all())
    let warnings = WarningList()
    defer { warnings.end() }
    try await ObjectAction.onContainers(client, isListed: targets.all, forPods: "cri rmp").run(ids) { id in
      let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
      if status?.state == .running {
        guard isForced else {
          throw Failure(.failed, "container \(id) is running; use cri stop \(id), or cri rm --force")
        }
        _ = try await client.runtime.stopContainer(StopContainerRequest(containerID: id), options: .within(timeout))
      }
      _ = try await client.runtime.removeContainer(RemoveContainerRequest(containerID: id), options: .within(timeout))
      if let logs, let path = status?.logPath {
        for outcome in logs.remove(path) { try Self.report(outcome, id, warnings, isDebug: context.isDebug) }
      }
      return "\(id)\n"
    }
  }

  private static func report(_ outcome: LogRemoval.Outcome, _ id: String, _ warnings: WarningList, isDebug: Bool) throws
  {
    switch outcome {
    case .removed(let path):
      if isDebug { try StandardStream.error.write(Failure(.done, "container \(id): removed its log \(path)").line) }
    case .kept(let path, let reason):
      try warnings.write("container \(id) was removed, but its log \(path) was kept: \(reason)")
    }
  }
}
