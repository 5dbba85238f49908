internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// The options that select containers.
struct ContainerSelection: ParsableArguments {
  @Flag(name: [.customShort("a"), .long], help: "Include containers in every state, not only running ones.")
  var all = false

  @Option(help: ArgumentHelp("Show only containers with a matching name.", valueName: "regex"))
  var name: String?

  @Option(help: ArgumentHelp("Show only containers of pods in a matching namespace.", valueName: "regex"))
  var namespace: String?

  @Option(name: [.customShort("p"), .long], help: ArgumentHelp("Show only containers of this pod.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("Show only containers of this image: its name, digest or ID.", valueName: "image"))
  var image: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("Show only containers in this state: created, running, exited or unknown.", valueName: "state"))
  var state: String?

  @Option(
    help: ArgumentHelp("Show only containers with this label (repeatable: all must match).", valueName: "key[=value]"))
  var label: [String] = []

  @Flag(name: [.customShort("l"), .long], help: "Show the most recent container in any state.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Show the N most recent containers in any state (0: no limit).", valueName: "N"))
  var last: Int?

  private var limit: Int? { Recency.limit(last, latest) }

  func query(id: String? = nil) throws(Failure) -> ContainerQuery {
    var query = ContainerQuery()
    query.filter.id = id ?? ""
    query.filter.podSandboxID = pod ?? ""
    query.labels = try Labels(label)
    query.filter.labelSelector = query.labels.selector
    query.limit = limit
    if let state, !state.isEmpty {
      query.filter.state = ContainerStateValue(state: try .named(state, after: "CONTAINER_"))
    } else if !all, query.limit == nil {
      query.filter.state = ContainerStateValue(state: .running)
    }
    query.name = try Pattern.option("--name", name)
    query.namespace = try Pattern.option("--namespace", namespace)
    query.image = image.flatMap { $0.isEmpty ? nil : $0 }
    return query
  }

  /// Whether any option besides `--all` is given.
  var isGiven: Bool {
    let texts = [name, namespace, pod, image, state]
    return texts.contains { $0 != nil } || !label.isEmpty || limit != nil
  }
}
