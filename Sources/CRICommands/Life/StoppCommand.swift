internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct StoppCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "stopp", abstract: "Stop pods with all that runs in them.",
    discussion: "Their containers are killed at once; a grace period can be given with cri stop before.")

  @Argument(help: ArgumentHelp("The pods' IDs, or how they begin.", valueName: "pod"))
  var ids: [String]

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let timeout = context.patience
    try await ObjectAction.onPods(client).run(ids.inOrderOnce) { id in
      _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: id), timeout: timeout)
      return "Stopped sandbox \(id)\n"
    }
  }
}
