internal import CRI
internal import CRIText

/// Pods as `crictl pods` prints them.
struct PodText: ListText {
  typealias Element = PodSandbox

  var elements: [PodSandbox]
  /// Nanoseconds since 1970.
  let now: Int64
  var showsFullIDs = false
  var zone = TimeText.Zone.local
  /// The statuses by ID; nil if only the list is shown.
  var statuses: [String: PodFacts]?

  var document: ListPodSandboxResponse { ListPodSandboxResponse(items: elements) }

  var columns: [Table.Column] {
    ["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"]
      + (statuses == nil ? [] : ["IP", "NETWORK", "PID", "UID"])
  }

  static var hasDescendingKeys: Bool { false }

  static var sortKeys: [String: SortOrder<Self>.Key] {
    [
      "id": { .text($1.id) }, "created": { .number($1.createdAt.nanoseconds) }, "state": { .text($1.state.title) },
      "name": { .text($1.metadata?.name ?? "") }, "namespace": { .text($1.metadata?.namespace ?? "") },
      "attempt": { .number(Int64($1.metadata?.attempt ?? 0)) }, "runtime": { .text($1.runtimeHandler) },
      "uid": { .text($1.metadata?.uid ?? "") },
    ]
  }

  static var wideSortKeys: [String: SortOrder<PodText>.Key] {
    let ip: SortOrder<PodText>.Key = { text, pod in text.facts(of: pod)?.addressOrder ?? SortValue.nothing }
    let network: SortOrder<PodText>.Key = { text, pod in SortValue.text(text.facts(of: pod)?.networkName ?? "") }
    let pid: SortOrder<PodText>.Key = { text, pod in SortValue(number: text.facts(of: pod)?.pid) }
    return ["ip": ip, "network": network, "pid": pid]
  }

  private func facts(of pod: PodSandbox) -> PodFacts? { statuses?[pod.id] }

  func rows(_ pod: PodSandbox) -> [[Table.Cell]] {
    var cells = [
      Table.Cell(id: pod.id, isFull: showsFullIDs), Table.Cell(HumanDuration.ago(pod.createdAt.nanoseconds, now: now)),
      Table.Cell(pod.state.title, pod.state.emphasis), Table.Cell(pod.metadata?.name ?? ""),
      Table.Cell(pod.metadata?.namespace ?? ""), Table.Cell(String(pod.metadata?.attempt ?? 0)),
      Table.Cell(handler(of: pod)),
    ]
    if let statuses { cells += statuses[pod.id]?.cells ?? Array(repeating: "-", count: 4) }
    return [cells]
  }

  private func handler(of pod: PodSandbox) -> String {
    pod.runtimeHandler.isEmpty ? "(default)" : pod.runtimeHandler
  }

  func id(_ pod: PodSandbox) -> String { pod.id }

  func name(_ pod: PodSandbox) -> String { "\(pod.metadata?.namespace ?? "")/\(pod.metadata?.name ?? "")" }

  func details(_ pod: PodSandbox) -> Details {
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
