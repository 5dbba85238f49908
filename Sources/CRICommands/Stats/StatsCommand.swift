internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stats", abstract: "Show what containers use.",
    discussion: "CPU % is of one core. Containers that use nothing, as those that have exited, are shown with --all."
      + "\n\(ContainerStatsText.sortHelp)")

  @Argument(help: ArgumentHelp("The container of this ID, or of one that begins so.", valueName: "id"))
  var container: String?

  @Flag(name: [.customShort("a"), .long], help: "Also those that do not run.")
  var all = false

  @Option(help: ArgumentHelp("The same as the argument, but no error where there is none.", valueName: "id"))
  var id: String?

  @Option(name: [.customShort("p"), .long], help: ArgumentHelp("Containers of the pod of this ID.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("Containers with the label; several must all be there.", valueName: "key[=value]"))
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
    try await view.show(within: context.patience) {
      var usage = try await output.usage(view, &sampler)
      usage.removeAll { !labels.match($0.stats.attributes?.labels ?? [:]) || !all && !$0.stats.isUsed }
      return ContainerStatsText(elements: usage, isWide: view.isWide, showsWhole: output.noTrunc)
    }
  }

  private func list(_ filter: ContainerStatsFilter, _ client: Client) async throws(Failure) -> [ContainerStats] {
    let filter = filter == ContainerStatsFilter() ? nil : filter
    let stats: [ContainerStats]
    do throws(RPCError) {
      stats = try await client.runtime.containerStats(filter)
    } catch {
      throw Failure(error, client.endpoint, unserved: .listContainerStats, "see cri ps")
    }
    if stats.isEmpty, id == nil, let container {
      throw Failure(.notFound, "container \(container) not found, or more than one begins so; see cri ps -a")
    }
    return stats.sorted { $0.usageID < $1.usageID }
  }
}
