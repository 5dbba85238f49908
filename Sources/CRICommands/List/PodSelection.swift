internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// The options that select pods.
struct PodSelection: ParsableArguments {
  @Option(help: ArgumentHelp("Show only pods with a matching name.", valueName: "regex"))
  var name: String?

  @Option(help: ArgumentHelp("Show only pods in a matching namespace.", valueName: "regex"))
  var namespace: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("Show only pods in this state: ready or notready.", valueName: "state"))
  var state: String?

  @Option(help: ArgumentHelp("Show only pods with this label (repeatable: all must match).", valueName: "key[=value]"))
  var label: [String] = []

  @Flag(name: [.customShort("l"), .long], help: "Show the most recent pod in any state.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Show the N most recent pods in any state (0: no limit).", valueName: "N"))
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

  /// Whether any option is given.
  var isGiven: Bool {
    [name, namespace, state].contains { $0 != nil } || !label.isEmpty || limit != nil
  }
}
