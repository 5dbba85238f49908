package import CRIJSON
package import CRIReport

/// Rewords all text, and determines what must not change as a result.
package enum Rewording {
  /// Reverses every text and puts it in brackets, so that no English word is left.
  package static let text = ReportText { "⟦\(String($0.reversed()))⟧" }

  /// Whether a string comes from the catalogue.
  package static func isReworded(_ text: String) -> Bool { text.hasPrefix("⟦") }

  /// The members of documents that contain prose. Everything else is a fact.
  private static let prose: Set<String> = [
    "scenarioReason", "reason", "reasons", "before", "after", "what", "why", "detail", "remedy", "symptom", "fixedIn",
  ]

  /// Returns a document without its prose: each string is replaced by whether it is empty.
  package static func facts(_ document: JSON) -> JSON {
    if let items = document.arrayValue { return .array(items.map(facts)) }
    guard let members = document.objectValue else { return document }
    return .object(
      JSONObject(
        members.map { key, value in
          guard prose.contains(key) else { return (key, facts(value)) }
          if let text = value.stringValue { return (key, .bool(!text.isEmpty)) }
          if let items = value.arrayValue { return (key, JSON(items.count)) }
          return (key, facts(value))
        }))
  }

  /// Returns the differences, apart from the wording, between two views of one report; empty if there are none.
  package static func differences(_ english: ReportView, _ other: ReportView) -> [String] {
    var differences: [String] = []
    func compare<T: Equatable>(_ name: String, _ value: (ReportView) -> T) {
      if value(english) != value(other) { differences.append("\(name): \(value(english)) and \(value(other))") }
    }
    compare("verdict") { "\($0.verdict.word) \($0.verdict.words) \($0.verdict.level) \($0.verdict.exitCode)" }
    compare("exit codes") { view in ReportFormat.allCases.map { $0.exitCode(view.verdict) } }
    compare("counts") { $0.counts }
    compare("properties") { $0.properties.map { "\($0.name)=\($0.value)" } }
    compare("document") { facts($0.document) }
    compare("objects") { $0.subjects.map(\.object) }
    compare("predictions") { $0.subjects.map { $0.predictedAction == nil } }
    compare("findings") { view in
      view.entries.map {
        "\($0.rule) \($0.severity) \($0.isBlocking) \($0.object) \($0.remedy.isEmpty) \($0.brief == nil)"
      }
    }
    compare("lines") { [$0.notes.count, $0.unchecked.count, $0.advice.count] }
    compare("losses") { $0.notes.map(\.isLoss) }
    compare("metrics") { view in
      ReportFormat.prometheus.text(view).split(separator: "\n").filter { !$0.hasPrefix("# HELP") }
    }
    compare("performance data") { ReportFormat.nagios.text($0).split(separator: "|").dropFirst().last.map(String.init) }
    compare("lines of the table") { ReportFormat.table.text($0).split(separator: "\n").count }
    return differences
  }

  /// Returns the strings in a view that do not come from the catalogue.
  /// - Parameter verbatim: Strings from other programs.
  package static func textsNotReworded(_ view: ReportView, verbatim: Set<String> = []) -> [String] {
    var texts = [view.title, view.verdict.line] + view.notes.map(\.text) + view.advice
    texts += view.unchecked.flatMap { [$0.subject, $0.reason] } + view.subjects.compactMap(\.predictedAction)
    texts += view.entries.flatMap { [$0.fact, $0.consequence, $0.remedy, $0.line, $0.brief ?? ""] }
    return texts.filter { !$0.isEmpty && !isReworded($0) && !verbatim.contains($0) }
  }
}
