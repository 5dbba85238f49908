internal import CRI
internal import CRICommandLine

/// Finds the container whose log is to be printed.
struct LoggedContainer: Sendable {
  let client: Client

  /// - Parameter word: An ID or a prefix of one, a container's name, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`.
  func find(_ word: String) async throws(Failure) -> ContainerStatus {
    var refusal: Failure?
    // An ID contains no slash.
    if !word.contains("/") {
      do throws(RPCError) {
        return try await status(word)
      } catch {
        // The runtime may reject a name with an error other than NOT_FOUND, for example if it is a prefix of several
        // IDs.
        guard case .status = error.cause, !error.isUnknownService, !error.isNotInitialized else {
          throw Failure(error, client.endpoint)
        }
        if !error.isNotFound { refusal = Failure(error, client.endpoint) }
      }
    }
    return try await statusOrFailure(try await named(word, instead: refusal).id)
  }

  /// The container with this name: the running one, or else the most recent one.
  /// - Parameter refusal: The error if there is no such container.
  func named(_ word: String, instead refusal: Failure? = nil) async throws(Failure) -> Container {
    let allContainers = try await allContainers()
    let found = allContainers.named(word)
    guard let first = found.first else {
      if let pod = allContainers.pod(word) { throw pod }
      throw refusal ?? Failure(.notFound, "container \(word) not found; see cri ps -a")
    }
    let names = Set(found.map { "\($0.pod.namespace)/\($0.pod.name)/\($0.container.metadata?.name ?? "")" })
    guard names.count == 1 else {
      throw Failure(
        .ambiguous, "several pods have a container \(word); specify one of \(names.sorted().joined(separator: ", "))")
    }
    let running = found.filter { $0.container.state == .running }
    guard running.count < 2 else {
      let ids = running.map { String($0.container.id.prefix(13)) }.sorted().joined(separator: ", ")
      throw Failure(.ambiguous, "several running containers have the name \(word): \(ids); specify an ID")
    }
    return (running.first ?? first).container
  }

  /// The previous attempt of a container; nil if the runtime has removed it, although its log may still exist.
  func predecessor(of status: ContainerStatus) async throws(Failure) -> ContainerStatus? {
    guard let id = try await allContainers().predecessor(of: status.id)?.id else { return nil }
    return try await statusOrFailure(id)
  }

  private func statusOrFailure(_ id: String) async throws(Failure) -> ContainerStatus {
    do throws(RPCError) {
      return try await status(id)
    } catch {
      throw Failure(error, about: "container \(id)", client.endpoint)
    }
  }

  private func status(_ id: String) async throws(RPCError) -> ContainerStatus {
    guard let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status else {
      throw Inspection.noStatus(.containerStatus)
    }
    return status
  }

  private func allContainers() async throws(Failure) -> AllContainers {
    do throws(RPCError) {
      let sandboxes = try await client.runtime.podSandboxes()
      let containers = try await client.runtime.containers()
      let pods = Dictionary(sandboxes.map { ($0.id, $0.metadata ?? PodSandboxMetadata()) }) { $1 }
      return AllContainers(
        sandboxes: sandboxes, members: containers.map { ($0, pods[$0.podSandboxID] ?? PodSandboxMetadata()) })
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// All containers with their pods.
  private struct AllContainers {
    let sandboxes: [PodSandbox]
    let members: [(container: Container, pod: PodSandboxMetadata)]

    /// The most recent first.
    func named(_ word: String) -> [(container: Container, pod: PodSandboxMetadata)] {
      let words = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard let name = words.last, !words.contains(""), words.count <= 3 else { return [] }
      return members.filter { container, pod in
        container.metadata?.name == name && (words.count < 2 || pod.name == words[words.count - 2])
          && (words.count < 3 || pod.namespace == words[0])
      }.sorted { $0.container.createdAt > $1.container.createdAt }
    }

    /// The failure to report if the argument is the ID or the name of a pod; nil if it is neither.
    func pod(_ word: String) -> Failure? {
      guard let pod = sandboxes.first(named: word) else { return nil }
      let (name, namespace) = (pod.metadata?.name ?? "", pod.metadata?.namespace ?? "")
      let names = members.filter { $0.container.podSandboxID == pod.id }.compactMap { $0.container.metadata?.name }
      let containers = Set(names).sorted().map { "\(namespace)/\(name)/\($0)" }
      let remedy = containers.isEmpty ? "it has no containers" : "specify one of \(containers.joined(separator: ", "))"
      return Failure(.notFound, "\(word) is a pod, and only containers have logs; \(remedy)")
    }

    func predecessor(of id: String) -> Container? {
      guard let member = members.first(where: { $0.container.id == id }), let metadata = member.container.metadata
      else {
        return nil
      }
      // The pod's sandbox may have been replaced since.
      let earlier = members.filter { container, pod in
        container.metadata?.name == metadata.name && pod.uid == member.pod.uid && pod.name == member.pod.name
          && (container.metadata?.attempt ?? 0) < metadata.attempt
      }
      return earlier.map(\.container).max { ($0.metadata?.attempt ?? 0) < ($1.metadata?.attempt ?? 0) }
    }
  }
}
