internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stats", abstract: "Show the resource usage of containers.",
    discussion:
      "CPU % is relative to one core. Containers for which the runtime reports no usage, such as exited ones, are "
      + "shown only with --all."
      + "\n\(ContainerStatsText.sortHelp)")

  @Argument(help: ArgumentHelp("Show only the container with this ID or unique prefix.", valueName: "id"))
  var container: String?

  @Flag(name: [.customShort("a"), .long], help: "Include containers that are not running.")
  var all = false

  @Option(help: ArgumentHelp("Show only this container, and do not fail if there is no match.", valueName: "id"))
  var id: String?

  @Option(name: [.customShort("p"), .long], help: ArgumentHelp("Show only containers of this pod.", valueName: "id"))
  var pod: String?

  @Option(
    help: ArgumentHelp("Show only containers with this label (repeatable: all must match).", valueName: "key[=value]"))
  var label: [String] = []

  @OptionGroup var output: StatsOutput

  func run() async throws {
    let labels = try Labels(label)
    let filter = ContainerStatsFilter(
      id: id ?? container ?? "", podSandboxID: pod ?? "", labelSelector: labels.selector)
    let view = try output.view(ContainerStatsText.self)
    let context = try Context()
    let client = context.client()
    var sampler = UsageSampler(interval: try output.interval()) { () throws(Failure) in
      try await list(filter, client)
    }
    try await view.show(within: context.bulkTimeout) {
      var usage = try await output.usage(view, &sampler)
      usage.removeAll { !labels.match($0.stats.attributes?.labels ?? [:]) || !all && !$0.stats.hasUsage }
      return ContainerStatsText(elements: usage, isWide: view.isWide, showsFullIDs: output.noTrunc)
    }
  }

  private func list(_ filter: ContainerStatsFilter, _ client: Client) async throws(Failure) -> [ContainerStats] {
    let filter = filter == ContainerStatsFilter() ? nil : filter
    let stats: [ContainerStats]
    do throws(RPCError) {
      stats = try await client.runtime.allContainerStats(filter)
    } catch {
      throw Failure(
        error, client.endpoint, measuring: "container", id: id ?? container, command: "cri stats", list: "cri ps -a",
        unserved: .listContainerStats, "see cri ps")
    }
    if stats.isEmpty, id == nil, let container {
      // CRI-O has no statistics of a container that is not running.
      let listed = try? await client.runtime.containers(ContainerFilter(id: container))
      if listed?.contains(where: { $0.id.hasPrefix(container) }) == true { return [] }
      throw await WrongKindHint(client: client, noun: "container", command: "cri statsp")
        .notFound(container, "cri ps -a", otherwise: "not found, or the ID is ambiguous")
    }
    return stats.sorted { $0.usageID < $1.usageID }
  }
}
