internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct RmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rm", abstract: "Remove containers with their logs.",
    discussion: "One that runs is removed with --force only.")

  @OptionGroup var targets: Targets

  @Flag(name: [.customShort("f"), .long], help: "Also those that run: they are killed before.")
  var force = false

  @Flag(name: [.customShort("k"), .long], help: "Leave their logs, with the rotated ones.")
  var keepLogs = false

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let timeout = context.patience
    let ids = try await targets.resolve("containers", of: client) { () async throws(RPCError) in
      try await client.runtime.containers().map(\.id)
    }
    let (isForced, keepsLogs) = (force, keepLogs)
    try await ObjectAction.onContainers(client, isListed: targets.all).run(ids) { id in
      let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
      if status?.state == .running {
        guard isForced else { throw Failure(.failed, "container \(id) is running: cri stop \(id), or rm --force") }
        _ = try await client.runtime.stopContainer(StopContainerRequest(containerID: id), timeout: timeout)
      }
      _ = try await client.runtime.removeContainer(RemoveContainerRequest(containerID: id), timeout: timeout)
      if !keepsLogs, let path = status?.logPath { try LeftLogs.remove(path, of: id) }
      return "\(id)\n"
    }
  }
}
