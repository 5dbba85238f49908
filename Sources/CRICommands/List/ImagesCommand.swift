internal import ArgumentParser

struct ImagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "images", abstract: "List images.")
}
