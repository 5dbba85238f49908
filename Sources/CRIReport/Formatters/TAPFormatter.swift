internal import CRIJSON
internal import CRIRules
internal import CRIText

/// Writes the Test Anything Protocol: one test for each subject, with its findings as YAML; unchecked subjects are
/// skipped.
struct TAPFormatter {
  let view: ReportView

  /// Version 14 does not add anything that we need, and older harnesses reject it.
  private static let version = 13

  var text: String {
    let verdict = view.verdict
    // No test was run, and a harness must not treat missing tests as passed.
    if verdict.isFailure {
      return "TAP version \(Self.version)\nBail out! \(Sanitizer.visible(verdict.line))\n"
    }
    let isGood = verdict.level == .good || verdict.exitCode == 0
    let tests =
      [line(isGood, "\(view.text.label(.verdict)): \(verdict.line)", "")] + view.subjects.map(test)
      + view.unchecked.map(skipped)
    var text = "TAP version \(Self.version)\n1..\(tests.count)\n# \(Sanitizer.visible(view.title))\n"
    for (position, test) in tests.enumerated() {
      text += test.isGood ? "ok" : "not ok"
      text += " \(position + 1) - \(test.rest)"
    }
    for note in view.notes.map(\.text) + view.advice { text += "# \(Sanitizer.visible(note))\n" }
    return text
  }

  private func line(_ isGood: Bool, _ name: String, _ more: String) -> (isGood: Bool, rest: String) {
    (isGood, Self.escaped(name) + more + "\n")
  }

  private func test(_ subject: ReportSubject) -> (isGood: Bool, rest: String) {
    line(!subject.isBlocking, subject.name, diagnostics(subject))
  }

  private func skipped(_ entry: UncheckedText) -> (isGood: Bool, rest: String) {
    let name = entry.subject.isEmpty ? view.text.label(.check) : entry.subject
    return line(true, name, " # SKIP \(Self.escaped(entry.reason))")
  }

  /// Every scalar is quoted and on one line, because harnesses support only a small subset of YAML.
  private func diagnostics(_ subject: ReportSubject) -> String {
    guard !subject.entries.isEmpty || subject.predictedAction != nil else { return "" }
    var text = "\n  ---\n"
    if !subject.entries.isEmpty { text += "  findings:\n" }
    for entry in subject.entries {
      var lead = "    - "
      for (key, value) in Self.members(entry) where !value.isEmpty {
        text += "\(lead)\(key): \(Self.quoted(value))\n"
        lead = "      "
      }
    }
    if let action = subject.predictedAction { text += "  kubelet: \(Self.quoted(action))\n" }
    return text + "  ..."
  }

  private static func members(_ entry: ReportEntry) -> [(String, String)] {
    [
      ("rule", entry.rule.label), ("severity", "\(entry.severity)"), ("object", "\(entry.object)"),
      ("fact", entry.fact),
      ("consequence", entry.consequence), ("remedy", entry.remedy),
    ]
  }

  /// JSON strings are also valid in YAML.
  private static func quoted(_ text: String) -> String { JSON.string(Sanitizer.visible(text)).text() }

  /// Escapes number signs, because a number sign marks the start of a directive.
  private static func escaped(_ text: String) -> String {
    Sanitizer.visible(text).escaped { $0 == "#" ? "\\#" : $0 == "\\" ? "\\\\" : nil }
  }
}
