internal import CRI
internal import CRIJSON

/// The report of `inspect` about a container.
struct ContainerReport: StatusReport {
  let status: ContainerStatus
  let info: StringMap
  /// Nanoseconds since 1970.
  let now: Int64
  var zone = TimeText.Zone.local

  func document(_ limits: inout JSONLimits) -> JSON {
    var document = status.jsonWithNulls()
    document["createdAt"] = .string(time(status.createdAt))
    document["startedAt"] = .string(hasStarted ? time(status.startedAt) : TimeText.zero)
    document["finishedAt"] = .string(hasFinished ? time(status.finishedAt) : TimeText.zero)
    // Kubernetes 1.37 renames SIGTERM to SIGNAL_SIGTERM; crictl keeps the earlier names.
    if let signal = status.stopSignal.protoName, signal.hasPrefix("SIGNAL_") {
      document["stopSignal"] = .string(String(signal.dropFirst(7)))
    }
    return StatusDocument.make(status: document, info: info, &limits)
  }

  private var hasStarted: Bool { status.state != .created }

  private var hasFinished: Bool {
    status.state == .exited || status.state == .unknown && status.finishedAt > .zero
  }

  private func time(_ moment: Timestamp) -> String {
    TimeText.rfc3339(nanoseconds: moment.nanoseconds, in: zone)
  }

  func text(verbose: Bool) -> String {
    var details = Details()
    details.line("ID", status.id)
    if let name = status.metadata?.name, !name.isEmpty { details.line("Name", name) }
    if let attempt = status.metadata?.attempt, attempt != 0 { details.line("Attempt", "\(attempt)") }
    details.line("State", status.state.printed)
    details.line("Created", age(status.createdAt))
    if hasStarted { details.line("Started", age(status.startedAt)) }
    if status.state == .exited {
      if status.finishedAt > .zero { details.line("Finished", age(status.finishedAt)) }
      details.line("Exit Code", "\(status.exitCode)")
    }
    details.pairs("Labels", status.labels)
    details.pairs("Annotations", status.annotations)
    if verbose { details.line("Info", StatusDocument.text(ofInfo: info)) }
    return details.textWithoutEmptyLine
  }

  private func age(_ moment: Timestamp) -> String { HumanDuration.ago(moment.nanoseconds, now: now) }
}
