internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// Which containers are meant.
struct ContainerSelection: ParsableArguments {
  @Flag(name: [.customShort("a"), .long], help: "Containers in every state, not only running ones.")
  var all = false

  @Option(help: ArgumentHelp("Containers whose name matches.", valueName: "regex"))
  var name: String?

  @Option(help: ArgumentHelp("Containers whose pod's namespace matches.", valueName: "regex"))
  var namespace: String?

  @Option(name: [.customShort("p"), .long], help: ArgumentHelp("Containers of the pod.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("Containers of the image, by its name, digest or ID.", valueName: "image"))
  var image: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("Containers that are created, running, exited or unknown.", valueName: "state"))
  var state: String?

  @Option(help: ArgumentHelp("Containers with the label; several must all be there.", valueName: "key[=value]"))
  var label: [String] = []

  @Flag(name: [.customShort("l"), .long], help: "Only the youngest, in whatever state.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Only the youngest so many, in whatever state; 0 is all.", valueName: "count"))
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

  /// Whether anything but `--all` is asked of them.
  var isGiven: Bool {
    let texts = [name, namespace, pod, image, state]
    return texts.contains { $0 != nil } || !label.isEmpty || limit != nil
  }
}
