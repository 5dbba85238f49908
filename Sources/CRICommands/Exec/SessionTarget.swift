internal import CRI
internal import CRICommandLine

/// A running container with its full name.
struct SessionTarget: Sendable {
  let container: Container
  let pod: PodSandboxMetadata

  var id: String { container.id }
  /// `NAMESPACE/POD/CONTAINER`.
  var name: String { "\(pod.namespace)/\(pod.name)/\(container.metadata?.name ?? "")" }
  var podName: String { "\(pod.namespace)/\(pod.name)" }

  /// Finds a running container by its name.
  /// - Parameter word: The name of a container or of a pod with one running container, `NAMESPACE/POD`, `POD/CONTAINER`
  ///   or `NAMESPACE/POD/CONTAINER`.
  static func named(_ word: String, _ client: Client) async throws(Failure) -> SessionTarget {
    let found = try await all(client).filter { $0.matches(word) }
    let all = found.filter { $0.container.state == .running }
    // A debug container counts only if nothing else matches, for example by its own name.
    let own = all.filter { $0.container.labels[DebugContainer.label] == nil }
    let running = own.isEmpty ? all : own
    if running.count == 1 { return running[0] }
    guard let first = running.first else {
      if let stopped = found.first {
        throw Failure(.notFound, "container \(stopped.name) is not running; see cri ps -a")
      }
      if let pod = try await pods(client).first(named: word) {
        let name = pod.metadata.map { "\($0.namespace)/\($0.name)" } ?? pod.id
        throw Failure(.notFound, "pod \(name) has no running container; see cri ps -a --pod \(pod.id.prefix(13))")
      }
      throw Failure(.notFound, "\(word): no container or pod with this ID or name; see cri ps")
    }
    let names = Set(running.map(\.name))
    guard names.count > 1 else {
      let ids = running.map { String($0.id.prefix(13)) }.sorted().joined(separator: ", ")
      throw Failure(.ambiguous, "several running containers have the name \(first.name): \(ids); specify an ID")
    }
    let isOnePod = running.allSatisfy { $0.podName == first.podName }
    throw Failure(
      .ambiguous,
      (isOnePod ? "pod \(first.podName) has several running containers" : "\(word) matches several containers")
        + "; specify one of \(names.sorted().joined(separator: ", "))")
  }

  /// All containers with the metadata of their pods.
  static func all(_ client: Client) async throws(Failure) -> [SessionTarget] {
    do throws(RPCError) {
      let sandboxes = try await client.runtime.podSandboxes()
      let containers = try await client.runtime.containers()
      let pods = Dictionary(sandboxes.map { ($0.id, $0.metadata ?? PodSandboxMetadata()) }) { $1 }
      return containers.map { SessionTarget(container: $0, pod: pods[$0.podSandboxID] ?? PodSandboxMetadata()) }
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  private static func pods(_ client: Client) async throws(Failure) -> [PodSandbox] {
    do throws(RPCError) { return try await client.runtime.podSandboxes() } catch {
      throw Failure(error, client.endpoint)
    }
  }

  private func matches(_ word: String) -> Bool {
    let words = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let own = container.metadata?.name ?? ""
    switch words.count {
    case 1: return words[0] == own || words[0] == pod.name
    case 2: return words == [pod.namespace, pod.name] || words == [pod.name, own]
    case 3: return words == [pod.namespace, pod.name, own]
    default: return false
    }
  }
}
