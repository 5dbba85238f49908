import CRIJSON
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

@testable import CRIReport

extension ReportView {
  static let time = Timestamp(seconds: 1_795_264_868, nanoseconds: 250_000_000)

  /// The view of two recorded snapshots after a change.
  static func recorded(
    _ runtime: String, scenario: Scenario? = .restart, failingOn threshold: Severity = .major, exitCode: Int32? = nil,
    failure: String? = nil,
    change: (_ before: inout Snapshot, _ after: inout Snapshot) -> Void = { _, _ in }
  ) throws -> ReportView {
    let report = try Report.recorded(runtime, scenario: scenario, change: change)
    let code: Int32 =
      switch report.verdict(failingOn: threshold) {
      case .intact: 0
      case .lost: 1
      case .unverified: 3
      case .vacuous: 4
      }
    return ReportView(
      report, failingOn: threshold, exitCode: exitCode ?? code, checked: time, failure: failure)
  }

  /// A report in which every string is `text`.
  static func saying(_ text: String) -> ReportView {
    let pod = PodName(namespace: "n", name: text, uid: "u")
    let entries = [true, false].map { isBlocking in
      ReportEntry(
        severity: isBlocking ? .critical : .info, isBlocking: isBlocking,
        object: ObjectName(.container, pod: pod, name: text, id: "id"), rule: .podIP, fact: text, consequence: text,
        remedy: text, line: text, brief: text)
    }
    return ReportView(
      check: .verify, title: text, checked: time, properties: [("node", text)],
      verdict: ReportVerdict(word: "lost", words: ["lost"], level: .bad, exitCode: 1, line: text),
      subjects: [ReportSubject(ObjectName(.pod, pod: pod), entries: entries, predictedAction: text)],
      pods: [ReportPod(name: text, before: text, after: text, consequence: text, isAffected: true)],
      notes: [ReportNote(text)], unchecked: [UncheckedText(subject: text, reason: text)], advice: [text],
      counts: [ReportCount(.pods, 1)],
      document: ["text": .string(text)])
  }

  /// A report with a verdict of this level and this exit code.
  static func ending(_ level: ReportVerdict.Level, _ exitCode: Int32) -> ReportView {
    var view = saying("x")
    view.verdict.level = level
    view.verdict.exitCode = exitCode
    return view
  }
}

extension Report {
  static func recorded(
    _ runtime: String, scenario: Scenario? = .restart,
    change: (_ before: inout Snapshot, _ after: inout Snapshot) -> Void = { _, _ in }
  ) throws -> Report {
    var (before, after) = (try Snapshot.recorded(runtime, .before), try Snapshot.recorded(runtime, .after))
    change(&before, &after)
    return Report(scenario: scenario, before: before, after: after)
  }
}

/// Names and messages with characters that have a special meaning in a format.
let hostileTexts = [
  "plain", "a|b", "a # b", "a # SKIP b", "back\\slash", "\"quoted\"", "'single'", "<b>&amp;</b>", "]]>", "100%", "%0A",
  "two\nlines", "cr\r\nlf", "esc\u{1b}[31m", "nul\u{0}", "bell\u{7}", "::error::x", "a,b:c", "non\u{fffe}character",
  "\"\u{301}", "#\u{301}", "|\u{301}", "<\u{301}", "\\\u{301}", "bidi\u{202e}", "ünï→", "- dash", "1 number", "  ", "",
  "...", "---", "tab\tstop",
]
