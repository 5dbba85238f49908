internal import ArgumentParser

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "wait", abstract: "x")
}
