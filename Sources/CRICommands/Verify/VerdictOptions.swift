public import ArgumentParser
internal import CRICommandLine
internal import CRIRules
internal import CRISnapshot
public import CRIVerify

/// What `verify` and `guard` are told alike.
struct VerdictOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What happened in between: auto, or one of \(ScenarioOption.names); cri rules shows what each asks for."))
  var scenario = ScenarioOption.auto

  @Option(
    name: .customLong("fail-on"),
    help: "The least severity that counts as loss: critical, major or minor (default: major).",
    transform: Self.severity)
  var threshold = Severity.major

  @Flag(help: "End with 0 whatever is found; wrong usage still ends with 2.")
  var warnOnly = false

  @Option(
    help: ArgumentHelp("A rule that does not count, by its name (see: cri rules); repeatable.", valueName: "rule"))
  var ignore: [String] = []

  @Option(help: ArgumentHelp("Only the pods of this namespace; repeatable.", valueName: "namespace"))
  var namespace: [String] = []

  @Option(help: ArgumentHelp("Only this pod: its name, namespace/name or uid; repeatable.", valueName: "pod"))
  var pod: [String] = []

  // Read here: ArgumentParser would tell a default by its number.
  @Sendable private static func severity(_ text: String) throws -> Severity {
    guard let severity = Severity.allCases.first(where: { "\($0)" == text }), severity != .info else {
      throw ValidationError("--fail-on \(text): there are critical, major and minor")
    }
    return severity
  }

  @Flag(help: "Also start the program true in every running container, to see that the runtime reaches it.")
  var probe = false

  func validate() throws {
    let known = Rule.all.map(\.id)
    for rule in ignore where !known.contains(rule) {
      throw ValidationError("--ignore \(rule): no such rule; cri rules prints them")
    }
  }

  /// - Throws: where `before` has no pod of a name that was given: a slip, of which no verdict could tell anything.
  func verification(before: Snapshot) throws(Failure) -> Verification {
    let pods = before.sandboxes.map(\.pod)
    for name in pod where !pods.contains(where: { Scope(pods: [name]).contains($0) }) {
      let names = Set(pods.map { "\($0)" }).sorted()
      let rest = names.count > Self.mostNames ? ", …" : ""
      let there =
        names.isEmpty ? "it has none" : "it has \(names.prefix(Self.mostNames).joined(separator: ", "))\(rest)"
      throw Failure(.usage, "--pod \(name): the snapshot has no such pod; \(there)")
    }
    return Verification(
      before: before, scenario: scenario.scenario, threshold: threshold,
      scope: Scope(namespaces: Set(namespace), pods: Set(pod), ignoredRules: Set(ignore)), onlyWarns: warnOnly,
      probes: probe)
  }

  /// As many as a line shows.
  private static let mostNames = 5
}

/// A scenario, or that the snapshots shall tell.
enum ScenarioOption: Hashable, Sendable, ExpressibleByArgument {
  case auto
  case chosen(Scenario)

  static var names: String { Scenario.allCases.map(\.rawValue).joined(separator: ", ") }

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let scenario = Scenario(rawValue: argument) {
      self = .chosen(scenario)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { ["auto"] + Scenario.allCases.map(\.rawValue) }

  var defaultValueDescription: String { scenario?.rawValue ?? "auto" }

  var scenario: Scenario? { if case .chosen(let scenario) = self { scenario } else { nil } }
}

extension Scenario: ExpressibleByArgument {}
