internal import CRI
internal import CRICommandLine

/// Finds the container that a log is asked of.
struct LoggedContainer: Sendable {
  let client: Client

  /// - Parameter word: an ID or how it begins, a container's name, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`.
  func find(_ word: String) async throws(Failure) -> ContainerStatus {
    var refusal: Failure?
    // An ID has no slash.
    if !word.contains("/") {
      do throws(RPCError) {
        return try await status(word)
      } catch {
        // A name may be refused for other reasons than that it is not there, such as as a prefix of several IDs.
        guard case .status = error, !error.isUnknownService, !error.isNotInitialized else {
          throw Failure(error, client.endpoint)
        }
        if !error.isNotFound { refusal = Failure(error, client.endpoint) }
      }
    }
    return try await asked(try await named(word, instead: refusal).id)
  }

  /// The container of a name: the one that runs, else the youngest.
  /// - Parameter refusal: what is wrong where there is none.
  func named(_ word: String, instead refusal: Failure? = nil) async throws(Failure) -> Container {
    let found = try await everything().named(word)
    guard let first = found.first else {
      throw refusal ?? Failure(.notFound, "container \(word) not found; see cri ps -a")
    }
    let names = Set(found.map { "\($0.pod.namespace)/\($0.pod.name)/\($0.container.metadata?.name ?? "")" })
    guard names.count == 1 else {
      throw Failure(
        .ambiguous, "container \(word) is in several pods; name one: \(names.sorted().joined(separator: ", "))")
    }
    let running = found.filter { $0.container.state == .running }
    guard running.count < 2 else {
      let ids = running.map { String($0.container.id.prefix(13)) }.sorted().joined(separator: ", ")
      throw Failure(.ambiguous, "several containers \(word) run: \(ids)")
    }
    return (running.first ?? first).container
  }

  /// The container that was in its place before, which the runtime may have removed while its log is still there.
  func predecessor(of status: ContainerStatus) async throws(Failure) -> ContainerStatus? {
    guard let id = try await everything().predecessor(of: status.id)?.id else { return nil }
    return try await asked(id)
  }

  private func asked(_ id: String) async throws(Failure) -> ContainerStatus {
    do throws(RPCError) { return try await status(id) } catch { throw Failure(error, client.endpoint) }
  }

  private func status(_ id: String) async throws(RPCError) -> ContainerStatus {
    guard let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status else {
      throw Inspection.noStatus(.containerStatus)
    }
    return status
  }

  private func everything() async throws(Failure) -> Everything {
    do throws(RPCError) {
      let sandboxes = try await client.runtime.podSandboxes()
      let containers = try await client.runtime.containers()
      let pods = Dictionary(sandboxes.map { ($0.id, $0.metadata ?? PodSandboxMetadata()) }) { $1 }
      return Everything(members: containers.map { ($0, pods[$0.podSandboxID] ?? PodSandboxMetadata()) })
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// All containers with their pods.
  private struct Everything {
    let members: [(container: Container, pod: PodSandboxMetadata)]

    /// The youngest first.
    func named(_ word: String) -> [(container: Container, pod: PodSandboxMetadata)] {
      let words = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard let name = words.last, !words.contains(""), words.count <= 3 else { return [] }
      return members.filter { container, pod in
        container.metadata?.name == name && (words.count < 2 || pod.name == words[words.count - 2])
          && (words.count < 3 || pod.namespace == words[0])
      }.sorted { $0.container.createdAt > $1.container.createdAt }
    }

    func predecessor(of id: String) -> Container? {
      guard let own = members.first(where: { $0.container.id == id }), let metadata = own.container.metadata else {
        return nil
      }
      // The pod's sandbox may be another one since.
      let earlier = members.filter { container, pod in
        container.metadata?.name == metadata.name && pod.uid == own.pod.uid && pod.name == own.pod.name
          && (container.metadata?.attempt ?? 0) < metadata.attempt
      }
      return earlier.map(\.container).max { ($0.metadata?.attempt ?? 0) < ($1.metadata?.attempt ?? 0) }
    }
  }
}
