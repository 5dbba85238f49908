internal import CRIRendering
internal import CRIState

/// A preflight report for a person: a line a finding, what is only suspect, what nobody could check, who would be lost,
/// and what to do instead.
struct PreflightText {
  let report: PreflightReport
  let style: TextStyle

  var text: String {
    [header, findings, suspicions, unchecked, victims, remedies, conclusion].joined()
  }

  private var change: String { report.target == nil ? "restart" : "upgrade" }

  private var header: String {
    let versions = report.target.map { "\(report.runtime) to \($0)" } ?? report.runtime
    let process = report.daemon.pid.map { "\($0)" } ?? "unknown"
    return line("preflight: \(change) of \(versions) on \(report.host.name): process \(process)")
  }

  private var findings: String {
    guard !report.findings.isEmpty else { return "" }
    var table = Table(["", "", ""], layout: .compact)
    for finding in report.findings {
      let rule = finding.rule
      let detail = finding.detail.isEmpty ? "" : ": \(finding.detail)"
      table.append([
        Table.Cell("\(rule.severity)".uppercased(), emphasis(rule)), Table.Cell("\(finding.object)"),
        Table.Cell("[\(rule.id)] \(rule.what)\(detail)"),
      ])
    }
    return table.text(style, showingHeaders: false)
  }

  private var suspicions: String {
    var lines = ""
    for suspicion in report.suspicions where suspicion.standing == .suspect {
      let (match, advisory) = (suspicion.match, suspicion.match.advisory)
      let whose =
        switch match.concern {
        case .running: "the version that runs"
        case .target: "the version to come"
        case .change: "the change"
        }
      let fix = advisory.fixedIn.isEmpty ? "" : " (fix: \(advisory.fixedIn))"
      lines += line("suspect, for \(whose): \(advisory.reference): \(advisory.symptom)\(fix)")
    }
    let settled = report.suspicions.filter { $0.standing == .settled }.map { suspicion in
      let advisory = suspicion.match.advisory
      return "\(advisory.reference) (\(advisory.decidedBy.joined(separator: ", ")))"
    }
    if !settled.isEmpty {
      lines += line("known of this version, and not found here: \(settled.joined(separator: "; "))")
    }
    return lines
  }

  /// One line a reason, with all rules that it keeps from looking.
  private var unchecked: String {
    var reasons: [(why: String, rules: [String])] = []
    for gap in report.unchecked {
      if let index = reasons.firstIndex(where: { $0.why == gap.why }) {
        if !reasons[index].rules.contains(gap.rule) { reasons[index].rules.append(gap.rule) }
      } else {
        reasons.append((gap.why, gap.rule.isEmpty ? [] : [gap.rule]))
      }
    }
    return reasons.map { why, rules in
      line("not checked: \(rules.isEmpty ? "" : "[\(rules.joined(separator: ", "))] ")\(why)")
    }.joined()
  }

  private var victims: String {
    var lines = ""
    if !report.victims.isEmpty {
      lines += line("\(count(report.victims.count, "pod")) would be lost: \(names(report.victims))", .bad)
    }
    if !report.disturbed.isEmpty {
      lines += line(
        "\(count(report.disturbed.count, "pod")) would stay and lose containers: \(names(report.disturbed))", .bad)
    }
    return lines
  }

  /// Once a rule: why it matters, and what to do instead.
  private var remedies: String {
    var seen: Set<String> = []
    return report.findings.map(\.rule).filter { $0.severity > .info && seen.insert($0.id).inserted }.map { rule in
      line("[\(rule.id)] \(rule.reason); instead: \(rule.remedy)")
    }.joined()
  }

  private var conclusion: String {
    switch report.verdict {
    case .none:
      return line("no loss predicted: \(count(report.podCount, "ready pod")) would outlive the \(change)", .good)
    case .unchecked:
      return line("not known: no loss was found, but not everything that decides could be looked at", .warning)
    case .loss:
      let isFatal = report.findings.contains { $0.rule.predicts == .daemon }
      return line(
        "LOSS PREDICTED: do not \(change) this runtime now\(isFatal ? "; it would not come up again" : "")", .bad)
    }
  }

  private func names(_ pods: [PreflightReport.Victim]) -> String {
    pods.map { "\($0.pod) (\($0.rules.joined(separator: ", ")))" }.joined(separator: ", ")
  }

  private func emphasis(_ rule: PreflightRule) -> TextStyle.Emphasis {
    switch rule.severity {
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
