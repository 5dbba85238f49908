internal import CRI
internal import CRIJSON

/// The report of `inspectp` about a pod.
struct PodReport: StatusReport {
  let status: PodSandboxStatus
  let info: StringMap
  var zone = TimeText.Zone.local

  func document(_ limits: inout JSONLimits) -> JSON {
    var document = status.jsonWithNulls()
    document["createdAt"] = .string(TimeText.rfc3339(nanoseconds: status.createdAt.nanoseconds, in: zone))
    return StatusDocument.make(status: document, info: info, &limits)
  }

  func text(verbose: Bool) -> String {
    var details = Details()
    details.line("ID", status.id)
    if let metadata = status.metadata {
      if !metadata.name.isEmpty { details.line("Name", metadata.name) }
      if !metadata.uid.isEmpty { details.line("UID", metadata.uid) }
      if !metadata.namespace.isEmpty { details.line("Namespace", metadata.namespace) }
      details.line("Attempt", "\(metadata.attempt)")
    }
    details.line("Status", status.state.printed)
    details.line("Created", TimeText.goString(nanoseconds: status.createdAt.nanoseconds, in: zone))
    if let network = status.network {
      details.line("IP Addresses", network.ip)
      for address in network.additionalIPs { details.line("Additional IP", address.ip) }
    }
    details.pairs("Labels", status.labels)
    details.pairs("Annotations", status.annotations)
    if verbose { details.line("Info", StatusDocument.text(ofInfo: info)) }
    return details.textWithoutEmptyLine
  }
}
