internal import ArgumentParser
internal import CRISimulator

struct RestartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the state in a file. Where it exists at the start, it takes the place of the other sources, and --on-restart "
        + "happens.", valueName: "file"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "What a start from the state file does to it: \(Losses.names), separated by commas. With =POD (name, namespace/name "
        + "or uid) to one pod only.", valueName: "loss[=pod],..."))
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
