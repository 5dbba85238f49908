internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRIReport
internal import CRIRules
internal import CRISystem
internal import CRIText

struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rules",
    abstract: "Print the rules of verify, guard, preflight and doctor.",
    discussion: """
      The letters in the IN column stand for the scenarios in which a verify rule applies; a line below the table explains \
      them. preflight rules predict the effect of a change, and doctor rules examine the node as it is now; each has a \
      short name in parentheses. The last column shows, for a verify rule, what is compared and why a difference matters; \
      for any other rule, what is reported and what it would cause. Other codes in parentheses, such as (C3), refer to \
      cases in docs/kubelet.md. Findings of severity info never affect the verdict. Scripts should use -o json.
      """)

  @Option(help: ArgumentHelp("Print only the verify rules that apply in this scenario.", valueName: "scenario"))
  var scenario: Scenario?

  @Option(name: [.short, .long], help: "The output format.")
  var output = TextFormat.text

  func run() async throws {
    let rules = Rule.all.filter { rule in scenario.map(rule.scenarios.contains) ?? true }
    switch output {
    case .json: try StandardStream.output.write(JSON.array(rules.map(\.json)).text(pretty: true) + "\n")
    case .text: try StandardStream.output.write(table(rules))
    }
  }

  private func table(_ rules: [Rule]) -> String {
    // In a single scenario, all letters would be the same.
    let marks = scenario == nil ? rules.map(letters) : []
    let titles = ["RULE", "SEVERITY"] + (marks.isEmpty ? [] : ["IN"]) + ["WHAT IS CHECKED, AND WHY"]
    var table = Table(titles.map { Table.Column($0) }, layout: .compact)
    let widths =
      [rules.map(\.name.count).max() ?? 0, "SEVERITY".count] + (marks.isEmpty ? [] : [Scenario.allCases.count])
    let room = Self.width - widths.reduce(0) { $0 + $1 + Table.Layout.compact.padding }
    for (position, rule) in rules.enumerated() {
      let head = [rule.name, "\(rule.severity)"] + (marks.isEmpty ? [] : [marks[position]])
      for (number, line) in Self.lines(rule.summary, of: room).enumerated() {
        table.append((number == 0 ? head : head.map { _ in "" }) + [line])
      }
    }
    let legend = Scenario.allCases.map { "\($0.letter) \($0.rawValue)" }.joined(separator: ", ")
    return table.text(.plain)
      + (marks.isEmpty ? "" : "IN: \(legend); \(Self.preflightMark) preflight, \(Self.doctorMark) doctor\n")
  }

  /// The width of the output in columns.
  private static let width = 120
  private static let preflightMark: Character = "p"
  private static let doctorMark: Character = "d"

  private func letters(_ rule: Rule) -> String {
    switch rule.command {
    case .verify: String(Scenario.allCases.map { rule.scenarios.contains($0) ? $0.letter : "-" })
    case .preflight: String(Self.preflightMark)
    case .doctor: String(Self.doctorMark)
    }
  }

  /// The text, wrapped between words; all lines but the first are indented by two columns.
  private static func lines(_ text: String, of width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = "  \(word)"
      } else {
        line += line.isEmpty ? String(word) : " \(word)"
      }
    }
    return lines + [line]
  }
}

extension Scenario {
  /// The scenario's letter in the table of rules.
  fileprivate var letter: Character {
    switch self {
    case .restart: "r"
    case .upgrade: "u"
    case .wipe: "w"
    case .reboot: "b"
    case .migrate: "m"
    case .kubeletRestart: "k"
    }
  }
}

extension Rule {
  /// The readable ID, and the short one if there is one: `network.ip-on-disk (P1)`.
  fileprivate var name: String { id.rawValue + (id.alias.map { " (\($0))" } ?? "") }

  private var text: RuleText { ReportText.english.rule(id) }

  fileprivate var summary: String {
    "\(field.map(ReportText.english.field) ?? text.violation): \(text.reason)"
  }

  fileprivate var json: JSON {
    var object: JSONObject = [
      "rule": .string(id.rawValue), "command": .string(command.rawValue), "severity": .string("\(severity)"),
    ]
    if let alias = id.alias { object["alias"] = .string(alias) }
    switch command {
    case .verify:
      object["field"] = .string(field?.rawValue ?? "")
      object["reason"] = .string(text.reason)
      object["scenarios"] = .array(Scenario.allCases.filter(scenarios.contains).map { .string($0.rawValue) })
    case .preflight:
      object["predicts"] = .string(predicts.rawValue)
      object["runtime"] = runtime.map { .string($0.rawValue) }
      object["what"] = .string(text.violation)
      object["reason"] = .string(text.reason)
      object["remedy"] = .string(text.remedy)
    case .doctor:
      object["what"] = .string(text.violation)
      object["reason"] = .string(text.reason)
      object["remedy"] = .string(text.remedy)
    }
    return .object(object)
  }
}
