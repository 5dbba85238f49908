internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct StatspCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "statsp", abstract: "Show the resource usage of pods.",
    discussion: "CPU % is relative to one core. The table omits pods for which the runtime reports no usage; "
      + "-o wide adds network and processes."
      + "\n\(PodStatsText.sortHelp)")

  @Argument(help: ArgumentHelp("Show only the pod with this ID or unique prefix.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("Show only this pod, and do not fail if there is no match.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Show only pods with this label (repeatable: all must match).", valueName: "key[=value]"))
  var label: [String] = []

  @OptionGroup var output: StatsOutput

  func run() async throws {
    let labels = try Labels(label)
    let filter = PodSandboxStatsFilter(id: id ?? pod ?? "", labelSelector: labels.selector)
    let view = try output.view(PodStatsText.self)
    let context = try Context()
    let client = context.client()
    var sampler = UsageSampler(interval: try output.interval()) { () throws(Failure) in
      try await list(filter, client)
    }
    try await view.show(within: context.bulkTimeout) {
      var usage = try await output.usage(view, &sampler)
      usage.removeAll { !labels.match($0.stats.attributes?.labels ?? [:]) }
      // As in crictl: a document contains all of them.
      if view.document == nil { usage.removeAll { !$0.stats.hasUsage } }
      return PodStatsText(elements: usage, isWide: view.isWide, showsFullIDs: output.noTrunc)
    }
  }

  private func list(_ filter: PodSandboxStatsFilter, _ client: Client) async throws(Failure) -> [PodSandboxStats] {
    let filter = filter == PodSandboxStatsFilter() ? nil : filter
    let stats: [PodSandboxStats]
    do throws(RPCError) {
      stats = try await client.runtime.allPodSandboxStats(filter)
    } catch {
      throw Failure(
        error, client.endpoint, measuring: "pod", id: id ?? pod, command: "cri statsp", list: "cri pods",
        unserved: .listPodSandboxStats, "cri top --pods adds up the usage of containers")
    }
    if stats.isEmpty, id == nil, let pod {
      throw await WrongKindHint(client: client, noun: "pod", command: "cri stats")
        .notFound(pod, "cri pods", otherwise: "not found, or the ID is ambiguous")
    }
    return stats.sorted { $0.usageID < $1.usageID }
  }
}
