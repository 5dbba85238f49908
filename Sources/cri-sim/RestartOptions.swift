internal import ArgumentParser
internal import CRISimulator

struct RestartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Store the state in this file. If the file exists at the start, its state replaces the other sources, and the "
        + "losses of --on-restart are applied.", valueName: "file"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Apply these losses when starting from the state file, separated by commas: \(Losses.names). Add =POD (name, "
        + "namespace/name or UID) to affect only one pod.", valueName: "loss[=pod],..."))
  var onRestart = Losses(losses: [])
}

struct Losses: ExpressibleByArgument {
  static let names = RestartLoss.Kind.allCases.map(\.rawValue).joined(separator: ", ")

  var losses: [RestartLoss]

  var defaultValueDescription: String { "keep" }

  init(losses: [RestartLoss]) { self.losses = losses }

  init?(argument: String) {
    let losses = argument.split(separator: ",").map { RestartLoss(String($0)) }
    guard !losses.isEmpty, !losses.contains(nil) else { return nil }
    self.losses = losses.compactMap { $0 }
  }
}
