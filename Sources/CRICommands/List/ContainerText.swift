internal import CRI
internal import CRIRendering

/// Containers as `crictl ps` shows them.
struct ContainerText: ListText {
  let containers: [Container]
  /// Nanoseconds since 1970.
  let now: Int64
  var showsWhole = false
  /// Names of the images, where they are to be looked up.
  var images: ImageIndex?

  var ids: [String] { containers.map(\.id) }

  var table: [UInt8] {
    var table = Table([
      "CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE",
    ])
    for container in containers {
      table.append([
        id(container.id), image(of: container), HumanDuration.ago(container.createdAt.nanoseconds, now: now),
        container.state.title, container.metadata?.name ?? "",
        String(container.metadata?.attempt ?? 0), id(container.podSandboxID), container.podName,
        container.podNamespace,
      ])
    }
    return table.utf8()
  }

  private func id(_ id: String) -> String { showsWhole ? id : ShortID.of(id) }

  private func image(of container: Container) -> String {
    if let name = images?.name(of: container) { return name }
    let reference = container.image?.image ?? ""
    return showsWhole ? reference : ShortID.ofImageReference(reference)
  }

  /// As with `--verbose`.
  var details: String { containers.map { details($0).text }.joined() }

  private func details(_ container: Container) -> Details {
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
