internal import CRIRendering
internal import CRIState

/// A report for a person: a line a finding, what kubelet will do, what nobody could check, the verdict.
struct ReportText {
  let report: Report
  let threshold: Severity
  let style: TextStyle

  var text: String {
    [header, findings, kubelet, unchecked, conclusion].filter { !$0.isEmpty }.joined()
  }

  private var header: String {
    let (before, after) = (report.before, report.after)
    let runtime = before.runtime == after.runtime ? after.runtime : "\(before.runtime) → \(after.runtime)"
    let process = [before, after].map { $0.daemon.pid.map { "\($0)" } ?? "unknown" }.joined(separator: " → ")
    if before.daemon.wasReplaced(by: after.daemon) == false {
      return line("\(runtime) on \(after.host.name): process \(after.daemon.pid ?? 0), not restarted")
    }
    return line("\(report.scenario) of \(runtime) on \(after.host.name): process \(process)")
  }

  private var findings: String {
    guard !report.findings.isEmpty else { return "" }
    var table = Table(["", "", ""], layout: .compact)
    for finding in report.findings {
      let severity = finding.rule.severity
      table.append([
        Table.Cell("\(severity)".uppercased(), emphasis(severity)), Table.Cell("\(finding.object)"),
        Table.Cell("\(finding.rule.field) \(finding.before) → \(finding.after): \(consequence(finding))"),
      ])
    }
    return table.text(style, showingHeaders: false)
  }

  /// What kubelet will do where this is what moves it, else why it matters; and whose rule says so.
  private func consequence(_ finding: Finding) -> String {
    guard let prediction = report.prediction(for: finding), let rule = prediction.rule, decides(finding, prediction)
    else {
      return "\(finding.rule.reason) [\(finding.rule.id)]"
    }
    let action =
      prediction.action == .recreate
      ? "recreate the pod" : "restart \(prediction.containers.joined(separator: ", "))"
    return "kubelet will \(action) \(when(prediction)) [\(finding.rule.id), \(rule)]"
  }

  /// Whether kubelet acts on the very field that the finding is about.
  private func decides(_ finding: Finding, _ prediction: Prediction) -> Bool {
    if finding.object.kind == .container, prediction.action == .restartContainers {
      guard prediction.containers.contains(finding.object.name) else { return false }
    }
    let isWhole = finding.rule.field == "id" && (prediction.field == "sandbox" || prediction.field == "container")
    let isNetwork = finding.rule.id == "pod.namespaces" && prediction.rule == "C4"
    return isWhole || isNetwork || finding.rule.field == prediction.field || finding.rule.id == "pod.several-ready"
  }

  private func when(_ prediction: Prediction) -> String {
    prediction.trigger == .immediate ? "at once" : "at its next restart"
  }

  private var kubelet: String {
    let pods = report.affected
    guard !pods.isEmpty else { return "" }
    var lines = ""
    let recreated = pods.filter { $0.action == .recreate }
    if !recreated.isEmpty {
      lines += line(
        "kubelet will kill and recreate \(count(recreated.count, "pod")) (only kill, where restartPolicy is Never): "
          + names(recreated))
    }
    let restarted = pods.filter { $0.action == .restartContainers }
    if !restarted.isEmpty {
      lines += line(
        "kubelet will restart containers (as restartPolicy allows) in \(count(restarted.count, "pod")): \(names(restarted))"
      )
    }
    guard pods.count < report.predictions.count else { return lines }
    return lines + line("kubelet keeps \(count(report.predictions.count - pods.count, "pod"))")
  }

  private func names(_ pods: [Prediction]) -> String {
    pods.map { "\($0.pod) (\($0.rule ?? ""))" }.joined(separator: ", ")
  }

  private var unchecked: String {
    report.unchecked.map { line("not checked: \($0.what): \($0.why)") }.joined()
  }

  private var conclusion: String {
    switch report.verdict(failingOn: threshold) {
    case .intact:
      return line("intact: \(count(report.predictions.count, "ready pod")), nothing is lost", .good)
    case .lost:
      let objects = Set(report.findings.filter { $0.rule.severity >= threshold }.map(\.object))
      return line("LOST: state of \(count(objects.count, "object")); \(remedy)", .bad)
    case .unverified:
      return line("unverified: nothing is lost of what could be read, but not everything could", .warning)
    case .vacuous(let reason): return line("nothing verified: \(reason)", .warning)
    }
  }

  /// What helps, where the findings say what it is.
  private var remedy: String {
    let addresses = report.findings.filter { $0.rule.id == "pod.ip" && $0.after == "none" }
    if addresses.isEmpty { return "do not start kubelet before this is understood" }
    return report.after.runtime.hasPrefix("containerd")
      ? "do not start kubelet: its next start kills these pods; drain the node, or recreate them one by one (containerd#7843)"
      : "do not start kubelet: restore the CNI configuration and restart the runtime first"
  }

  private func emphasis(_ severity: Severity) -> TextStyle.Emphasis {
    switch severity {
    case .critical: .bad
    case .major: .warning
    case .minor, .info: .faint
    }
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private func line(_ text: String, _ emphasis: TextStyle.Emphasis? = nil) -> String {
    style.apply(emphasis, to: Sanitizer.visible(text)) + "\n"
  }
}
