internal import ArgumentParser
internal import CRI
internal import CRISystem

struct StatspCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "statsp", abstract: "Show what pods use.",
    discussion: "CPU % is of one core. The table leaves out pods that use nothing; -o wide adds network and processes.")

  @Argument(help: ArgumentHelp("The pod of this ID, or of one that begins so.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("The same as the argument, but no error where there is none.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Pods with the label; several must all be there.", valueName: "key[=value]"))
  var label: [String] = []

  @OptionGroup var output: StatsOutput

  func run() async throws {
    let labels = try Labels(label)
    let filter = PodSandboxStatsFilter(id: id ?? pod ?? "", labelSelector: labels.selector)
    let view = try output.view(PodStatsText.self)
    let client = try Context().client()
    var sampler = UsageSampler(interval: try output.interval()) { () throws(Failure) in
      try await list(filter, client)
    }
    try await view.show {
      var usage = try await output.usage(view, &sampler)
      usage.removeAll { !labels.match($0.stats.attributes?.labels ?? [:]) }
      // As crictl: a document has all of them.
      if view.document == nil { usage.removeAll { !$0.stats.isUsed } }
      return PodStatsText(elements: view.sorted(usage), isWide: view.isWide, showsWhole: output.noTrunc)
    }
  }

  private func list(_ filter: PodSandboxStatsFilter, _ client: Client) async throws(Failure) -> [PodSandboxStats] {
    let filter = filter == PodSandboxStatsFilter() ? nil : filter
    let stats: [PodSandboxStats]
    do throws(RPCError) {
      stats = try await client.runtime.podSandboxStats(filter)
    } catch {
      throw Failure(
        error, client.endpoint, unserved: .listPodSandboxStats, "cri top --pods adds up what the containers use")
    }
    if stats.isEmpty, id == nil, let pod {
      throw Failure(.notFound, "pod \(pod) not found, or more than one begins so; see cri pods")
    }
    return stats.sorted { $0.usageID < $1.usageID }
  }
}
