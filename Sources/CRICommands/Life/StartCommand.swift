internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct StartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "start", abstract: "Start created containers, one after the other.",
    discussion: "The CRI cannot start a container that has exited; create a new one instead.")

  @Argument(help: ArgumentHelp("IDs of containers, or unique prefixes.", valueName: "container"))
  var ids: [String]

  func run() async throws {
    let client = try Context().client()
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids) { id in
      do throws(RPCError) {
        _ = try await client.runtime.startContainer(StartContainerRequest(containerID: id))
      } catch {
        throw await Self.explained(error, id, client)
      }
      return "\(id)\n"
    }
  }

  /// A clear error: the runtime's message about a container that has already run mentions only internal states.
  private static func explained(_ error: RPCError, _ id: String, _ client: Client) async -> any Error {
    guard case .status = error.cause, !error.isNotFound,
      let status = try? await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
    else { return error }
    switch status.state {
    case .exited where status.startedAt.nanoseconds == 0:
      return Failure(.failed, "container \(id) did not start: \(error); create a new one")
    case .exited:
      return Failure(.failed, "container \(id) has exited and cannot be started again (\(error)); create a new one")
    case .running: return Failure(.failed, "container \(id) is already running (\(error))")
    default: return error
    }
  }
}
