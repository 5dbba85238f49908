internal import ArgumentParser

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "guard", abstract: "x")
}
