internal import ArgumentParser

struct PsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ps", abstract: "List containers.")
}
