internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct StopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stop", abstract: "Stop running containers.",
    discussion: """
      Without --timeout, a container that Kubernetes manages gets its pod's grace period (kubelet's annotation \
      \(GracePeriod.annotation)); any other container is killed immediately.
      """)

  @Argument(help: ArgumentHelp("IDs of containers, or unique prefixes.", valueName: "container"))
  var ids: [String] = []

  @Option(
    name: [.customShort("t"), .long], parsing: .unconditional,
    help: ArgumentHelp("How long each container may take to exit before it is killed.", valueName: "seconds"))
  var timeout: WholeNumber?

  @Flag(
    name: [.customShort("a"), .long],
    help: "Stop all running containers; on a terminal, ask for confirmation first.")
  var all = false

  @OptionGroup var confirmation: Confirmation

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("specify IDs or --all, not both") }
    if !all, ids.isEmpty { throw ValidationError("specify at least one container ID, or --all") }
    if let timeout, timeout.value < 0 || timeout.value > 1 << 31 {
      throw ValidationError("--timeout \(timeout.value): specify a number of seconds, 0 or more")
    }
  }

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let time = context.bulkTimeout
    var ids = ids.withoutDuplicates
    var known: [String: Int64] = [:]
    if all {
      let containers = try await running(client)
      if containers.isEmpty { return try StandardStream.output.write("No running containers found.\n") }
      try confirmation.ask("stop all \(containers.count) running containers on \(client.endpoint.path)")
      ids = containers.map(\.id)
      for container in containers { known[container.id] = GracePeriod.seconds(container.annotations) }
    }
    let (timeout, graces) = (timeout?.value, known)
    try await ObjectAction.onContainers(client, isListed: all, forPods: "cri stopp").run(ids) { id in
      let grace: Int64
      if let seconds = timeout ?? graces[id] { grace = seconds } else { grace = try await GracePeriod.of(id, client) }
      let request = StopContainerRequest(containerID: id, timeout: grace)
      _ = try await client.runtime.stopContainer(request, options: .within(time + .seconds(grace)))
      return "\(id)\n"
    }
  }

  private func running(_ client: Client) async throws -> [Container] {
    do throws(RPCError) {
      return try await client.runtime.containers(ContainerFilter(state: ContainerStateValue(state: .running)))
    } catch {
      throw Failure(error, client.endpoint)
    }
  }
}
