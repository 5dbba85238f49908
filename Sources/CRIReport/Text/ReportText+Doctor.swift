package import CRIDoctor
internal import CRIPreflight
internal import CRIProtobuf
package import CRIRules
internal import CRISnapshot

/// The wording of doctor's report.
extension ReportText {
  package func title(_ report: DoctorReport) -> String {
    let process = report.daemon.pid.map { "process \($0)" } ?? "process unknown"
    let relist = report.relist.map { ", lists read in \(Self.text(of: $0))" } ?? ""
    let runtime = report.runtime.isEmpty ? "unknown runtime" : report.runtime
    return worded(
      "doctor: \(runtime) on \(report.host.name): \(process), \(Self.count(report.pods.count, "ready pod"))\(relist)")
  }

  package func conclusion(
    _ report: DoctorReport, _ verdict: DoctorReport.Verdict, _ threshold: Severity
  ) -> String {
    let count = report.findings.count { $0.rule.severity >= threshold }
    let others = report.findings.count - count
    let belowThreshold = others == 0 ? "" : ", and \(Self.count(others, "finding")) below severity \(threshold)"
    switch verdict {
    case .healthy:
      return worded("healthy: \(others == 0 ? "nothing is wrong" : "no problem\(belowThreshold)")")
    case .unchecked:
      return worded("unknown: no problem was found\(belowThreshold), but something could not be checked")
    case .problems:
      return worded("PROBLEMS: \(Self.count(count, "finding")) of severity \(threshold) or above\(belowThreshold)")
    }
  }

  /// Returns a line for each violated rule, which explains why the rule matters and what to do about the violation.
  func remedies(_ report: DoctorReport) -> [String] {
    var seen: Set<RuleID> = []
    let blockingRules = report.harmedByKubeletStart.map(\.label)
    return report.findings.map(\.rule).filter { $0.severity > .info && seen.insert($0.id).inserted }.map { rule in
      let text = self.rule(rule.id)
      let remedy =
        rule.id == .kubeletNotRunning && !blockingRules.isEmpty
        ? "do not start kubelet before \(blockingRules.joined(separator: ", ")) \(blockingRules.count == 1 ? "is" : "are") resolved: "
          + "kubelet would kill the pods concerned, or start a second copy of them" : text.remedy
      return worded("[\(rule.id.label)] \(text.reason); \(label(.remedy)): \(remedy)")
    }
  }

  // MARK: Findings

  /// The violation and the facts that prove it.
  func fact(_ finding: DoctorFinding) -> String {
    let (violation, detail) = (rule(finding.rule.id).violation, Self.text(of: finding.detail))
    return worded(detail.isEmpty ? violation : "\(violation): \(detail)")
  }

  /// The facts that prove a finding; empty if the rule and the object are sufficient.
  package func detail(_ detail: DoctorDetail) -> String {
    let text = Self.text(of: detail)
    return text.isEmpty ? "" : worded(text)
  }

  private static func text(of detail: DoctorDetail) -> String {
    switch detail {
    case .none: ""
    case .preflight(let detail): text(of: detail)
    case .network(let reasons): reasons.map(text).joined(separator: "; ")
    case .failure(let message): message
    case .failedCall(let method, let message): message.contains(method) ? message : "\(method): \(message)"
    case .slowCall(let method, let duration): "\(method) took \(text(of: duration))"
    case .hangingCall(let method, let duration, let state):
      "\(method) did not respond within \(text(of: duration))"
        + (state.map { "; the runtime's process is \(text(ofState: $0))" } ?? "")
    case .slowStatus(let duration): "it took \(text(of: duration))"
    case .hangingStatus(let duration, let shim):
      "no response within \(text(of: duration))" + (shim.map { "; \(text(of: $0))" } ?? "")
    case .relist(let duration): "ListPodSandbox and ListContainers took \(text(of: duration))"
    case .condition(let type, let reason, let message): "\(type): \(sentence(reason, message))"
    case .process(let process): text(of: process)
    case .orphan(let orphan):
      "\(orphan.kind.rawValue) process \(orphan.pid) of \(id(orphan.id))"
        + (orphan.processes.isEmpty
          ? "" : " with \(orphan.processes.count == 1 ? "1 process" : "\(orphan.processes.count) processes")")
    case .use(let count, let limit): "\(count) of \(limit)"
    case .started(let ago): "it started \(text(of: ago)) ago"
    case .defect(let id, let reference): defect(AdvisoryText(id), reference)
    case .running(let names): list(names)
    case .age(let age): "for \(text(of: age))"
    case .crashes(let restarts, let exitCode, let reason, let ago, let lastLine):
      "\(count(Int(restarts), "restart")), the last one after exit code \(exitCode)\(reason.isEmpty ? "" : " (\(reason))"), "
        + "\(text(of: ago)) ago" + (lastLine.map { "; its log ends with: \($0)" } ?? "")
    case .ended(let ago): "\(text(of: ago)) ago"
    case .path(let path): path
    case .file(let path, let size): "\(path) is \(bytes(size))"
    case .leases(let leases, let directory):
      "\(leases.count) in network \(leases.first?.network ?? ""): \(shortList(leases.map(\.address)))"
        + (directory.isEmpty ? "" : " in \(directory)")
    case .range(let network, let subnet, let used, let size):
      "network \(network), \(subnet): \(used) of \(size) addresses"
    case .paths(let paths): "\(paths.count): \(shortList(paths))"
    case .space(let use, let threshold):
      "\(use.path) has \(bytes(use.available)) of \(bytes(use.size)) available, less than \(text(of: threshold)) kubelet keeps free"
    case .inodes(let use, let threshold):
      "\(use.path) has \(use.freeInodes) of \(use.inodes ?? 0) inodes free, less than \(text(of: threshold, isSize: false)) kubelet keeps free"
    }
  }

  private static func text(of threshold: EvictionThreshold, isSize: Bool = true) -> String {
    switch threshold {
    case .share(let points):
      let (whole, rest) = points.quotientAndRemainder(dividingBy: 100)
      let digits = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : ".\(rest < 10 ? "0" : "")\(rest)"
      return "the \(whole)\(digits) % that"
    case .amount(let amount): return "the \(isSize ? bytes(amount) : "\(amount)") that"
    }
  }

  private static func defect(_ advisory: AdvisoryText, _ reference: String) -> String {
    "\(reference): \(advisory.symptom)" + (advisory.fixedIn.isEmpty ? "" : " (fix: \(advisory.fixedIn))")
  }

  private static func text(of process: RunningProcess) -> String {
    "process \(process.pid) (\(process.name)) is \(text(ofState: process.state))"
      + (process.waitChannel.map { " in \($0)" } ?? "")
  }

  /// proc_pid_stat(5), field 3.
  private static func text(ofState state: String) -> String {
    switch state {
    case "R": "running"
    case "S": "sleeping"
    case "D": "in uninterruptible sleep"
    case "T": "stopped by a signal"
    case "t": "stopped by a debugger"
    case "Z", "X": "a zombie"
    case "I": "idle"
    default: "in state \(state)"
    }
  }

  private static func shortList(_ items: [String]) -> String {
    items.prefix(3).joined(separator: ", ") + (items.count > 3 ? " and \(items.count - 3) more" : "")
  }

  /// `5 ms`, `1.2 s`, `3 minutes`, `2 hours`, `4 days`.
  static func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    switch seconds {
    case ..<0: return "0 ms"
    case 0: return "\(milliseconds) ms"
    case ..<10: return "\(seconds).\(milliseconds / 100) s"
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) minutes"
    case ..<172_800: return "\(seconds / 3600) hours"
    default: return "\(seconds / 86400) days"
    }
  }

  /// `12.3 GiB`, with one digit after the point from 1 KiB on.
  private static func bytes(_ size: UInt64) -> String {
    var (unit, rest) = (0, size)
    while rest >= 1024 * 1024, unit < 5 { (rest, unit) = (rest / 1024, unit + 1) }
    guard size >= 1024 else { return "\(size) B" }
    let names = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    return "\(rest / 1024).\(rest % 1024 * 10 / 1024) \(names[unit])"
  }
}
