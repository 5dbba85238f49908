internal import ArgumentParser
internal import CRI
internal import CRISystem

struct StopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stop", abstract: "Stop running containers.",
    discussion: """
      Without --timeout a container of Kubernetes has as long to end as its pod says (kubelet's annotation \
      \(GracePeriod.annotation)); any other one is killed at once.
      """)

  @Argument(help: ArgumentHelp("The containers' IDs, or how they begin.", valueName: "container"))
  var ids: [String] = []

  @Option(
    name: [.customShort("t"), .long], parsing: .unconditional,
    help: ArgumentHelp("Seconds that they have to end before they are killed.", valueName: "seconds"))
  var timeout: WholeNumber?

  @Flag(name: [.customShort("a"), .long], help: "All that run.")
  var all = false

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("Write IDs or --all, not both") }
    if !all, ids.isEmpty { throw ValidationError("Write at least one container's ID, or --all") }
    if let timeout, timeout.value < 0 || timeout.value > 1 << 31 {
      throw ValidationError("--timeout \(timeout.value): write seconds, 0 or more")
    }
  }

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let time = context.answerTimeout
    var ids = ids.inOrderOnce
    if all {
      ids = try await running(client)
      if ids.isEmpty { return try StandardStream.output.write("No running containers found.\n") }
    }
    let timeout = timeout?.value
    try await ObjectAction.onContainers(client, isListed: all).run(ids) { id in
      let grace: Int64
      if let timeout { grace = timeout } else { grace = try await GracePeriod.of(id, client) }
      let request = StopContainerRequest(containerID: id, timeout: grace)
      _ = try await client.runtime.stopContainer(request, timeout: time + .seconds(grace))
      return "\(id)\n"
    }
  }

  private func running(_ client: Client) async throws -> [String] {
    do throws(RPCError) {
      let filter = ContainerFilter(state: ContainerStateValue(state: .running))
      return try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers.map(\.id)
    } catch {
      throw Failure(error, client.endpoint)
    }
  }
}
