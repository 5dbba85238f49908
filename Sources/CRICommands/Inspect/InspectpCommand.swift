internal import ArgumentParser

struct InspectpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "inspectp", abstract: "Show pods.")
}
