internal import ArgumentParser
internal import CRI

struct RmpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rmp", abstract: "Remove pods with their containers.",
    discussion: "One that is ready is removed with --force only.")

  @OptionGroup var targets: Targets

  @Flag(name: [.customShort("f"), .long], help: "Also those that are ready: they are stopped before.")
  var force = false

  func run() async throws {
    let client = try Context().client()
    let ids = try await targets.resolve("pods", of: client) { () async throws(RPCError) in
      try await client.runtime.listPodSandbox(ListPodSandboxRequest()).items.map(\.id)
    }
    let isForced = force
    try await ObjectAction.onPods(client, isListed: targets.all).run(ids) { id in
      let status = try await client.runtime.podSandboxStatus(PodSandboxStatusRequest(podSandboxID: id)).status
      var said = ""
      if status?.state == .ready {
        guard isForced else { throw Failure(.failed, "pod \(id) is running: cri stopp \(id), or rmp --force") }
        _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: id))
        said = "Stopped sandbox \(id)\n"
      }
      _ = try await client.runtime.removePodSandbox(RemovePodSandboxRequest(podSandboxID: id))
      return said + "Removed sandbox \(id)\n"
    }
  }
}
