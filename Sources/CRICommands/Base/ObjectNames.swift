internal import CRI

/// Finds what is called by its name in place of its ID, as `-o name` prints it. An ID has no slash.
struct ObjectNames: Sendable {
  let client: Client

  /// - Parameter word: an ID or how it begins, or `NAMESPACE/POD`.
  /// - Returns: the ID; of a pod that was made anew, the ready one's or else the youngest's.
  func pod(_ word: String) async throws(Failure) -> String {
    guard word.contains("/") else { return word }
    let pods: [PodSandbox]
    do throws(RPCError) {
      pods = try await client.runtime.podSandboxes()
    } catch {
      throw Failure(error, client.endpoint)
    }
    let found = pods.filter { "\($0.metadata?.namespace ?? "")/\($0.metadata?.name ?? "")" == word }
    let best = found.max { a, b in
      a.state == b.state ? a.createdAt < b.createdAt : b.state == .ready
    }
    guard let best else { throw Failure(.notFound, "pod \(word) not found; see cri pods") }
    return best.id
  }

  /// - Parameter word: an ID or how it begins, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`.
  /// - Returns: the ID; of a container that was made anew, the youngest's.
  func container(_ word: String) async throws(Failure) -> String {
    word.contains("/") ? try await LoggedContainer(client: client).named(word).id : word
  }
}
