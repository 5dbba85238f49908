internal import ArgumentParser
internal import CRI

struct StartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start containers that were created, one after the other.",
    discussion: "The interface cannot start a container that has exited: create another one.")

  @Argument(help: ArgumentHelp("The containers' IDs, or how they begin.", valueName: "container"))
  var ids: [String]

  func run() async throws {
    let client = try Context().client()
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids) { id in
      _ = try await client.runtime.startContainer(StartContainerRequest(containerID: id))
      return "\(id)\n"
    }
  }
}
