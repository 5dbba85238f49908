internal import CRI
internal import CRIRendering

/// Pods as `crictl pods` shows them.
struct PodText: ListText {
  let pods: [PodSandbox]
  /// Nanoseconds since 1970.
  let now: Int64
  var showsWhole = false
  var zone = TimeText.Zone.local

  var ids: [String] { pods.map(\.id) }

  var table: [UInt8] {
    var table = Table(["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"])
    for pod in pods {
      table.append([
        showsWhole ? pod.id : ShortID.of(pod.id), HumanDuration.ago(pod.createdAt.nanoseconds, now: now),
        pod.state.title, pod.metadata?.name ?? "", pod.metadata?.namespace ?? "",
        "\(pod.metadata?.attempt ?? 0)", handler(of: pod),
      ])
    }
    return table.utf8()
  }

  private func handler(of pod: PodSandbox) -> String {
    pod.runtimeHandler.isEmpty ? "(default)" : pod.runtimeHandler
  }

  /// As with `--verbose`.
  var details: String { pods.map { details($0).text }.joined() }

  private func details(_ pod: PodSandbox) -> Details {
    var details = Details()
    details.line("ID", pod.id)
    if let metadata = pod.metadata {
      if !metadata.name.isEmpty { details.line("Name", metadata.name) }
      if !metadata.uid.isEmpty { details.line("UID", metadata.uid) }
      if !metadata.namespace.isEmpty { details.line("Namespace", metadata.namespace) }
      if metadata.attempt != 0 { details.line("Attempt", "\(metadata.attempt)") }
    }
    details.line("Status", pod.state.title)
    details.line("Created", TimeText.goString(nanoseconds: pod.createdAt.nanoseconds, in: zone))
    details.pairs("Labels", pod.labels)
    details.pairs("Annotations", pod.annotations)
    details.line("Runtime", handler(of: pod))
    return details
  }
}
