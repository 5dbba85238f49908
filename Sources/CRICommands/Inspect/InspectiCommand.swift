internal import ArgumentParser

struct InspectiCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "inspecti", abstract: "Show images.")
}
