internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "checkpoint", abstract: "Checkpoint running containers, with their memory, to archives.",
    discussion:
      "The runtime needs CRIU. The call is limited by --timeout; increase it for a large container.")

  @Argument(help: ArgumentHelp("IDs of containers, or unique prefixes.", valueName: "container"))
  var ids: [String]

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp(
      "The path of the archive, as the runtime sees it; for several containers, a directory in which checkpoint-ID.tar is "
        + "written for each.",
      valueName: "path"))
  var export: String

  func validate() throws {
    if export.isEmpty { throw ValidationError("--export is empty; specify a path such as /var/lib/checkpoint.tar") }
    if ids.withoutDuplicates.count > 1, !isDirectory {
      throw ValidationError(
        "--export: \(ids.withoutDuplicates.count) containers do not fit in one archive; specify a directory that ends with /"
      )
    }
  }

  private var isDirectory: Bool { export.hasSuffix("/") || File.isDirectory(export) }

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let (export, isDirectory) = (export, isDirectory)
    let seconds = context.callTimeout.components.seconds
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids.withoutDuplicates) { id in
      let path = isDirectory ? "\(export)\(export.hasSuffix("/") ? "" : "/")checkpoint-\(id).tar" : export
      let request = CheckpointContainerRequest(containerID: id, location: path, timeout: seconds)
      do throws(RPCError) {
        _ = try await client.runtime.checkpointContainer(request)
      } catch {
        guard error.isUnknownMethod else { throw error }
        throw Failure(
          error, client.endpoint, unserved: .checkpointContainer, "it needs containerd 2.0 or CRI-O 1.25, and CRIU")
      }
      return "\(id)\n"
    }
  }
}
