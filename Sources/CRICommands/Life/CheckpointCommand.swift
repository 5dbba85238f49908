internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "checkpoint", abstract: "Write running containers with their memory to archives.",
    discussion: "The runtime needs CRIU, and has as long as --timeout says: give a large container more.")

  @Argument(help: ArgumentHelp("The containers' IDs, or how they begin.", valueName: "container"))
  var ids: [String]

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp(
      "The archive, as the runtime sees it; for several containers a folder, which gets checkpoint-ID.tar of each.",
      valueName: "path"))
  var export: String

  func validate() throws {
    if export.isEmpty { throw ValidationError("--export is empty: write a path such as /var/lib/checkpoint.tar") }
    if ids.inOrderOnce.count > 1, !isFolder {
      throw ValidationError(
        "\(ids.inOrderOnce.count) containers cannot be one archive: write a folder for --export, with a / at its end")
    }
  }

  private var isFolder: Bool { export.hasSuffix("/") || File.isFolder(export) }

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let (export, isFolder) = (export, isFolder)
    let seconds = context.answerTimeout.components.seconds
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids.inOrderOnce) { id in
      let path = isFolder ? "\(export)\(export.hasSuffix("/") ? "" : "/")checkpoint-\(id).tar" : export
      let request = CheckpointContainerRequest(containerID: id, location: path, timeout: seconds)
      do throws(RPCError) {
        _ = try await client.runtime.checkpointContainer(request)
      } catch {
        guard error.isUnknownMethod else { throw error }
        throw Failure(
          error, client.endpoint, unserved: .checkpointContainer, "it takes containerd 2.0 or CRI-O 1.25, and CRIU")
      }
      return "\(id)\n"
    }
  }
}
