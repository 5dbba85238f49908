internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// The options by which `exec` selects several containers.
struct ExecSelection: ParsableArguments {
  @Flag(name: [.customShort("a"), .long], help: "Run the command in all running containers.")
  var all = false

  @Option(help: ArgumentHelp("Run it in containers with a matching name.", valueName: "regex"))
  var name: String?

  @Option(help: ArgumentHelp("Run it in containers of pods in a matching namespace.", valueName: "regex"))
  var namespace: String?

  @Option(
    name: [.customShort("p"), .long], help: ArgumentHelp("Run it in the containers of this pod.", valueName: "id"))
  var pod: String?

  @Option(help: ArgumentHelp("Run it in containers of this image: its name, digest or ID.", valueName: "image"))
  var image: String?

  @Option(
    help: ArgumentHelp("Run it in containers in this state. (default: running)", valueName: "state"))
  var state: String?

  @Option(
    help: ArgumentHelp("Run it in containers with this label (repeatable: all must match).", valueName: "key[=value]"))
  var label: [String] = []

  @Flag(name: [.customShort("l"), .long], help: "Run it in the most recent running container.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Run it in the N most recent running containers (0: no limit).", valueName: "N"))
  var last: Int?

  /// Whether any of the options is given; if so, no container is named.
  var isGiven: Bool {
    all || [name, namespace, pod, image, state].contains { $0 != nil } || !label.isEmpty || latest || last != nil
  }

  func query() throws(Failure) -> ContainerQuery {
    var query = ContainerQuery()
    query.filter.podSandboxID = pod ?? ""
    query.labels = try Labels(label)
    query.filter.labelSelector = query.labels.selector
    query.limit = Recency.limit(last, latest)
    // A command can only run in a running container.
    query.filter.state = ContainerStateValue(
      state: try state.flatMap { $0.isEmpty ? nil : $0 }.map { (text) throws(Failure) in
        try .named(text, after: "CONTAINER_")
      } ?? .running)
    query.name = try Pattern.option("--name", name)
    query.namespace = try Pattern.option("--namespace", namespace)
    query.image = image.flatMap { $0.isEmpty ? nil : $0 }
    return query
  }
}
