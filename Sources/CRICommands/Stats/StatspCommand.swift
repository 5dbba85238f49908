internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct StatspCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "statsp", abstract: "Show what pods use.",
    discussion: "CPU % is of one core. The table leaves out pods that use nothing; -o wide adds network and processes."
      + "\n\(PodStatsText.sortHelp)")

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
    let context = try Context()
    let client = context.client()
    var sampler = UsageSampler(interval: try output.interval()) { () throws(Failure) in
      try await list(filter, client)
    }
    try await view.show(within: context.patience) {
      var usage = try await output.usage(view, &sampler)
      usage.removeAll { !labels.match($0.stats.attributes?.labels ?? [:]) }
      // As crictl: a document has all of them.
      if view.document == nil { usage.removeAll { !$0.stats.isUsed } }
      return PodStatsText(elements: usage, isWide: view.isWide, showsWhole: output.noTrunc)
    }
  }

  private func list(_ filter: PodSandboxStatsFilter, _ client: Client) async throws(Failure) -> [PodSandboxStats] {
    let filter = filter == PodSandboxStatsFilter() ? nil : filter
    let stats: [PodSandboxStats]
    do throws(RPCError) {
      stats = try await client.runtime.podSandboxStats(filter)
    } catch {
      throw Self.failure(error, client.endpoint)
    }
    if stats.isEmpty, id == nil, let pod {
      throw Failure(.notFound, "pod \(pod) not found, or more than one begins so; see cri pods")
    }
    return stats.sorted { $0.usageID < $1.usageID }
  }

  /// containerd tells of no pod where it cannot measure one, such as one without a cgroup of its own, and has a line for
  /// each.
  private static func failure(_ error: RPCError, _ endpoint: Endpoint) -> Failure {
    let others = "cri top --pods adds up what the containers use"
    guard case .status(let status) = error, status.code == .unknown, !error.isNotInitialized, !error.isAmbiguous,
      let first = status.message.split(separator: "\n").first
    else { return Failure(error, endpoint, unserved: .listPodSandboxStats, others) }
    let count = status.message.split(separator: "\n").count - 1
    let more = count > 0 ? ", and \(count) more" : ""
    return Failure(.failed, "no statistics of any pod: \(first)\(more); cri statsp ID asks for one, \(others)")
  }
}
