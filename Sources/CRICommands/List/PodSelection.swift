internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// Which pods are meant.
struct PodSelection: ParsableArguments {
  @Option(help: ArgumentHelp("Pods whose name matches.", valueName: "regex"))
  var name: String?

  @Option(help: ArgumentHelp("Pods whose namespace matches.", valueName: "regex"))
  var namespace: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("Pods that are ready or notready.", valueName: "state"))
  var state: String?

  @Option(help: ArgumentHelp("Pods with the label; several must all be there.", valueName: "key[=value]"))
  var label: [String] = []

  @Flag(name: [.customShort("l"), .long], help: "Only the youngest, in whatever state.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Only the youngest so many, in whatever state; 0 is all.", valueName: "count"))
  var last: Int?

  private var limit: Int? { Recency.limit(last, latest) }

  func query(id: String? = nil) throws(Failure) -> PodQuery {
    var query = PodQuery()
    query.filter.id = id ?? ""
    query.labels = try Labels(label)
    query.filter.labelSelector = query.labels.selector
    if let state, !state.isEmpty {
      query.filter.state = PodSandboxStateValue(state: try .named(state, after: "SANDBOX_"))
    }
    query.name = try Pattern.option("--name", name)
    query.namespace = try Pattern.option("--namespace", namespace)
    query.limit = limit
    return query
  }

  /// Whether anything is asked of them.
  var isGiven: Bool {
    [name, namespace, state].contains { $0 != nil } || !label.isEmpty || limit != nil
  }
}
