public import ArgumentParser
internal import CRICommandLine
public import CRIRules
internal import CRISnapshot
internal import CRIVerify

/// The options that `verify` and `guard` share.
struct VerdictOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The kind of change: auto, or one of \(ScenarioOption.names); cri rules --scenario shows the rules that apply in each."
    ))
  var scenario = ScenarioOption.auto

  @Option(
    name: .customLong("fail-on"),
    help: ArgumentHelp(
      "The lowest severity that counts as a loss: critical, major or minor (default: major).", valueName: "severity"),
    transform: Self.severity)
  var threshold = Severity.major

  @Flag(help: "Exit with 0 regardless of the findings; a usage error still exits with 2.")
  var warnOnly = false

  @Option(
    help: ArgumentHelp("Ignore this rule (repeatable); cri rules lists the names.", valueName: "rule"))
  var ignore: [String] = []

  @Option(help: ArgumentHelp("Check only the pods in this namespace (repeatable).", valueName: "namespace"))
  var namespace: [String] = []

  @Option(help: ArgumentHelp("Check only this pod: a name, namespace/name or UID (repeatable).", valueName: "pod"))
  var pod: [String] = []

  @OptionGroup var pods: PodsOption

  // Parsed here, because ArgumentParser would print the default as a number.
  @Sendable static func severity(_ text: String) throws -> Severity {
    guard let severity = Severity.allCases.first(where: { "\($0)" == text }), severity != .info else {
      throw ValidationError("--fail-on \(text): specify critical, major or minor")
    }
    return severity
  }

  @Flag(help: "Also run the command `true` in every running container, to check that the runtime can reach it.")
  var probe = false

  func validate() throws {
    _ = try RuleID.ignored(ignore, by: .verify)
  }

  /// - Throws: An error if `before` has no pod with a given name: the name is a mistake, and a verdict would be
  ///   meaningless.
  /// - Parameter specifications: What `pods.read()` has returned.
  func verification(before: Snapshot, _ specifications: [PodSpecification]?) throws(Failure) -> Verification {
    var before = before
    if let specifications { before.pods = specifications }
    let known = before.sandboxes.map(\.pod)
    for name in pod where !known.contains(where: { Scope(pods: [name]).contains($0) }) {
      let names = Set(known.map { "\($0)" }).sorted()
      let rest = names.count > Self.maximumNames ? ", …" : ""
      let available =
        names.isEmpty ? "it has no pods" : "it has \(names.prefix(Self.maximumNames).joined(separator: ", "))\(rest)"
      throw Failure(.usage, "--pod \(name): the snapshot has no such pod; \(available)")
    }
    return Verification(
      before: before, scenario: scenario.scenario, threshold: threshold,
      scope: Scope(
        namespaces: Set(namespace), pods: Set(pod), ignoredRules: Set(ignore.compactMap(RuleID.init(named:)))),
      onlyWarns: warnOnly,
      probes: probe)
  }

  /// The number of names that fit in a line.
  private static let maximumNames = 5
}

/// A scenario, or automatic detection from the snapshots.
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
