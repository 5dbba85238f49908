internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct RmpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rmp", abstract: "Remove pods and their containers.",
    discussion: "A ready pod is removed only with --force.")

  @OptionGroup var targets: Targets

  @Flag(name: [.customShort("f"), .long], help: "Also remove ready pods; they are stopped first.")
  var force = false

  func run() async throws {
    let context = try Context()
    let client = context.client()
    let timeout = context.bulkTimeout
    var known: [String: PodSandboxState] = [:]
    let ids = try await targets.resolve("pods", of: client) { () async throws(RPCError) in
      let pods = try await client.runtime.podSandboxes()
      for pod in pods { known[pod.id] = pod.state }
      return pods.map(\.id)
    }
    let (isForced, states) = (force, known)
    try await ObjectAction.onPods(client, isListed: targets.all, forContainers: "cri rm").run(ids) { id in
      var state = states[id]
      if state == nil {
        state = try await client.runtime.podSandboxStatus(PodSandboxStatusRequest(podSandboxID: id)).status?.state
      }
      var output = ""
      if state == .ready {
        guard isForced else { throw Failure(.failed, "pod \(id) is ready; use cri stopp \(id), or cri rmp --force") }
        _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: id), options: .within(timeout))
        output = "Stopped sandbox \(id)\n"
      }
      _ = try await client.runtime.removePodSandbox(
        RemovePodSandboxRequest(podSandboxID: id), options: .within(timeout))
      return output + "Removed sandbox \(id)\n"
    }
  }
}
