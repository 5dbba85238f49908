internal import CRIVerify

/// The wording of a report's page.
extension ReportText {
  enum PageHeading: String, CaseIterable {
    case checked = "time"
    case findings = "Findings"
    case pods = "Pods before and after"
    case notes = "Notes"
    case unchecked = "Not checked"
  }

  enum PageColumn: String, CaseIterable {
    case severity, object, finding, remedy, pod, before, after, kubelet
  }

  func heading(_ heading: PageHeading) -> String { worded(heading.rawValue) }

  func column(_ column: PageColumn) -> String { worded(column.rawValue) }

  /// Formats a pod's state in a snapshot; nil if the runtime does not list the pod.
  func state(_ state: PodComparison.State?) -> String {
    guard let state else { return worded("gone") }
    let parts =
      [state.isReady ? "ready" : "not ready"] + state.addresses
      + ["\(state.running) of \(Self.count(state.containers, "container")) running"]
    return worded(parts.joined(separator: ", "))
  }

  /// What kubelet will do to a pod, if anything.
  func reaction(_ prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    prediction.action == .keep ? worded("kubelet keeps the pod") : action(prediction, kubelet)
  }
}
