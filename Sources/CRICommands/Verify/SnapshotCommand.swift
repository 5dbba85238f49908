internal import ArgumentParser

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "snapshot", abstract: "x")
}
