internal import CRI
internal import CRIText

/// Containers as `crictl ps` prints them.
struct ContainerText: ListText {
  typealias Element = Container

  var elements: [Container]
  /// Nanoseconds since 1970.
  let now: Int64
  var showsFullIDs = false
  /// The names of images, if they are to be looked up.
  var images: ImageIndex?
  /// The containers' statuses by ID; nil unless the wide columns are shown.
  var statuses: [String: ContainerFacts]?

  var document: ListContainersResponse { ListContainersResponse(containers: elements) }

  var columns: [Table.Column] {
    ["CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE"]
      + (statuses == nil ? [] : ["PID", "EXIT", "STARTED", "FINISHED", "IMAGE ID"])
  }

  static var hasDescendingKeys: Bool { false }

  static var sortKeys: [String: SortOrder<Self>.Key] {
    [
      "id": { .text($1.id) }, "image": { .text($1.image?.image ?? "") },
      "created": { .number($1.createdAt.nanoseconds) },
      "state": { .text($1.state.title) }, "name": { .text($1.metadata?.name ?? "") },
      "attempt": { .number(Int64($1.metadata?.attempt ?? 0)) }, "pod": { .text($1.podName) },
      "pod-id": { .text($1.podSandboxID) }, "namespace": { .text($1.podNamespace) },
    ]
  }

  static var wideSortKeys: [String: SortOrder<ContainerText>.Key] {
    typealias Key = SortOrder<ContainerText>.Key
    let pid: Key = { text, container in SortValue(number: text.facts(of: container)?.pid) }
    let exit: Key = { text, container in
      SortValue(number: text.facts(of: container)?.exitCode.map { Int64($0) })
    }
    let started: Key = { text, container in SortValue(time: text.facts(of: container)?.startedAt) }
    let finished: Key = { text, container in
      SortValue(time: text.facts(of: container).flatMap { $0.exitCode == nil ? nil : $0.finishedAt })
    }
    let image: Key = { text, container in SortValue.text(text.facts(of: container)?.image ?? "") }
    return ["pid": pid, "exit": exit, "started": started, "finished": finished, "image-id": image]
  }

  private func facts(of container: Container) -> ContainerFacts? { statuses?[container.id] }

  func rows(_ container: Container) -> [[Table.Cell]] {
    var cells = [
      Table.Cell(id: container.id, isFull: showsFullIDs), Table.Cell(image(of: container)),
      Table.Cell(HumanDuration.ago(container.createdAt.nanoseconds, now: now)),
      Table.Cell(container.state.title, container.state.emphasis), Table.Cell(container.metadata?.name ?? ""),
      Table.Cell(String(container.metadata?.attempt ?? 0)),
      Table.Cell(id: container.podSandboxID, isFull: showsFullIDs), Table.Cell(container.podName),
      Table.Cell(container.podNamespace),
    ]
    if let statuses {
      cells += statuses[container.id]?.cells(now, isFull: showsFullIDs) ?? Array(repeating: "-", count: 5)
    }
    return [cells]
  }

  private func image(of container: Container) -> String {
    if let name = images?.name(of: container) { return name }
    let reference = container.image?.image ?? ""
    return showsFullIDs ? reference : ShortID.ofImageReference(reference)
  }

  func id(_ container: Container) -> String { container.id }

  /// The name in the form that `cri logs` accepts.
  func name(_ container: Container) -> String {
    "\(container.podNamespace)/\(container.podName)/\(container.metadata?.name ?? "")"
  }

  func details(_ container: Container) -> Details {
    var details = Details()
    details.line("ID", container.id)
    details.line("PodID", container.podSandboxID)
    details.line("Namespace", container.podNamespace)
    if let metadata = container.metadata {
      if !metadata.name.isEmpty { details.line("Name", metadata.name) }
      details.line("Attempt", "\(metadata.attempt)")
    }
    details.line("State", container.state.title)
    if let image = container.image { details.line("Image", image.image) }
    details.line("Created", HumanDuration.ago(container.createdAt.nanoseconds, now: now))
    details.pairs("Labels", container.labels)
    details.pairs("Annotations", container.annotations)
    return details
  }
}

extension Table.Cell {
  /// The ID of a container or pod, in full or shortened.
  init(id: String, isFull: Bool) { self.init(isFull ? id : ShortID.of(id)) }
}
