internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct StoppCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stopp", abstract: "Stop pods and all their containers.",
    discussion: "The containers are killed immediately; use cri stop first to give them a grace period.")

  @Argument(help: ArgumentHelp("IDs of pods, or unique prefixes.", valueName: "pod"))
  var ids: [String]

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let timeout = context.bulkTimeout
    try await ObjectAction.onPods(client, forContainers: "cri stop").run(ids.withoutDuplicates) { id in
      _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: id), options: .within(timeout))
      return "Stopped sandbox \(id)\n"
    }
  }
}
