internal import ArgumentParser

struct PodsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "pods", abstract: "List pods.")
}
