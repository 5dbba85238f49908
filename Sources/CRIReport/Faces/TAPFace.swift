internal import CRIJSON
internal import CRIText

/// The Test Anything Protocol: a test a subject, with its findings in YAML below; what could not be checked is skipped.
struct TAPFace {
  let view: ReportView

  /// Version 14 adds nothing that is used here, and older harnesses refuse it.
  private static let version = 13

  var text: String {
    let verdict = view.verdict
    // No test has run: a harness must not count what is missing as done.
    if verdict.word == ReportView.failed {
      return "TAP version \(Self.version)\nBail out! \(Sanitizer.visible(verdict.line))\n"
    }
    let isGood = verdict.level == .good || verdict.exitCode == 0
    let tests =
      [line(isGood, "verdict: \(verdict.line)", "")] + view.subjects.map(test) + view.unchecked.map(skipped)
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

  private func skipped(_ gap: ReportGap) -> (isGood: Bool, rest: String) {
    let name = gap.what.isEmpty ? "check" : gap.what
    return line(true, name, " # SKIP \(Self.escaped(gap.why))")
  }

  /// Scalars in quotes, each on its line: harnesses read a small part of YAML, and no folded text.
  private func diagnostics(_ subject: ReportSubject) -> String {
    guard !subject.entries.isEmpty || subject.fate != nil else { return "" }
    var text = "\n  ---\n"
    if !subject.entries.isEmpty { text += "  findings:\n" }
    for entry in subject.entries {
      var lead = "    - "
      for (key, value) in Self.members(entry) where !value.isEmpty {
        text += "\(lead)\(key): \(Self.quoted(value))\n"
        lead = "      "
      }
    }
    if let fate = subject.fate { text += "  kubelet: \(Self.quoted(fate))\n" }
    return text + "  ..."
  }

  private static func members(_ entry: ReportEntry) -> [(String, String)] {
    [
      ("rule", entry.rule), ("severity", "\(entry.severity)"), ("object", "\(entry.object)"), ("fact", entry.fact),
      ("consequence", entry.consequence), ("remedy", entry.remedy),
    ]
  }

  /// What JSON quotes is quoted for YAML too.
  private static func quoted(_ text: String) -> String { JSON.string(Sanitizer.visible(text)).text() }

  /// A number sign would begin a directive.
  private static func escaped(_ text: String) -> String {
    Sanitizer.visible(text).escaped { $0 == "#" ? "\\#" : $0 == "\\" ? "\\\\" : nil }
  }
}
