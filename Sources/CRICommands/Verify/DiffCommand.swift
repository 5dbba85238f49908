internal import ArgumentParser

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "diff", abstract: "x")
}
