internal import ArgumentParser
internal import CRIJSON
internal import CRIRendering
internal import CRIState
internal import CRISystem

struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rules",
    abstract: "Print the rules that verify and guard check, and in which scenario each one applies.",
    discussion: """
      The columns are the scenarios; x marks where a rule applies. Findings of severity info never count as loss.
      """)

  @Option(help: ArgumentHelp("Only the rules of this scenario.", valueName: "scenario"))
  var scenario: Scenario?

  @Option(name: [.short, .long], help: "text or json.")
  var output = TextFormat.text

  func run() async throws {
    let rules = Rule.all.filter { rule in scenario.map(rule.scenarios.contains) ?? true }
    switch output {
    case .json: try StandardStream.output.write(JSON.array(rules.map(\.json)).text(pretty: true) + "\n")
    case .text: try StandardStream.output.write(table(rules))
    }
  }

  private func table(_ rules: [Rule]) -> String {
    let scenarios = scenario.map { [$0] } ?? Scenario.allCases
    let titles = ["RULE", "SEVERITY"] + scenarios.map { $0.rawValue.uppercased() } + ["FIELD", "WHY"]
    var table = Table(titles.map { Table.Column($0) }, layout: .compact)
    for rule in rules {
      let marks = scenarios.map { rule.scenarios.contains($0) ? "x" : "" }
      table.append(([rule.id, "\(rule.severity)"] + marks + [rule.field, rule.reason]).map { Table.Cell($0) })
    }
    return table.text(.plain)
  }
}

extension Rule {
  fileprivate var json: JSON {
    [
      "rule": .string(id), "severity": .string("\(severity)"), "field": .string(field), "reason": .string(reason),
      "scenarios": .array(Scenario.allCases.filter(scenarios.contains).map { .string($0.rawValue) }),
    ]
  }
}
