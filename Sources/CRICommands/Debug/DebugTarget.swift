internal import CRI
internal import CRICommandLine

/// The pod to debug, and its container if there is one.
struct DebugTarget: Sendable {
  let sandbox: PodSandboxStatus
  /// The configuration of the sandbox in the runtime's info; empty if the runtime does not report it.
  let info: StringMap
  /// The ID of the container whose processes are shared; nil for those of the pod.
  let container: String?

  var subject: String { container.map { "container \(ShortID.of($0))" } ?? "pod \(ShortID.of(sandbox.id))" }

  /// Finds a container as `exec` does, or else a pod.
  static func find(_ word: String, _ client: Client) async throws(Failure) -> DebugTarget {
    do throws(RPCError) {
      if !word.contains("/") {
        if let id = try await runningContainer(word, client) { return try await of(id, client) }
        if let pod = try await pod(word, client) { return pod }
      }
    } catch {
      throw Failure(error, about: word, client.endpoint)
    }
    let found = try await SessionTarget.named(word, client)
    do throws(RPCError) { return try await of(found.id, client) } catch {
      throw Failure(error, about: "container \(found.name)", client.endpoint)
    }
  }

  /// The complete ID of a running container; nil if there is none with this ID.
  private static func runningContainer(_ word: String, _ client: Client) async throws(RPCError) -> String? {
    do throws(RPCError) {
      let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: word)).status
      return status?.state == .running ? status?.id : nil
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  private static func of(_ container: String, _ client: Client) async throws(RPCError) -> DebugTarget {
    let filter = ContainerFilter(id: container)
    let listed = try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers
    guard let sandbox = listed.first(where: { $0.id == container })?.podSandboxID else {
      throw .undecodable(method: "ListContainers", reason: "the container \(container) is missing from the list")
    }
    guard let pod = try await pod(sandbox, client) else {
      throw .undecodable(method: "PodSandboxStatus", reason: "the sandbox of container \(container) does not exist")
    }
    return DebugTarget(sandbox: pod.sandbox, info: pod.info, container: container)
  }

  /// - Returns: The pod with its only running container, if it has exactly one; nil if no pod has this ID.
  private static func pod(_ word: String, _ client: Client) async throws(RPCError) -> DebugTarget? {
    do throws(RPCError) {
      let request = PodSandboxStatusRequest(podSandboxID: word, verbose: true)
      let response = try await client.runtime.podSandboxStatus(request)
      guard let status = response.status else { return nil }
      let filter = ContainerFilter(podSandboxID: status.id)
      let all = try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers
      let running = all.filter { $0.state == .running && $0.labels[DebugContainer.label] == nil }
      return DebugTarget(sandbox: status, info: response.info, container: running.count == 1 ? running[0].id : nil)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }
}
