internal import CRI
internal import CRICommandLine

/// Finds an object by its name instead of its ID, as `-o name` prints it. An ID contains no slash.
struct ObjectNames: Sendable {
  let client: Client

  /// - Parameter word: An ID or a prefix of one, or `NAMESPACE/POD`.
  /// - Returns: The ID; for a name, that of the ready pod, or else of the most recent one.
  func pod(_ word: String) async throws(Failure) -> String {
    guard word.contains("/") else { return word }
    let pods: [PodSandbox]
    do throws(RPCError) {
      pods = try await client.runtime.podSandboxes()
    } catch {
      throw Failure(error, client.endpoint)
    }
    let found = pods.filter { "\($0.metadata?.namespace ?? "")/\($0.metadata?.name ?? "")" == word }
    let ready = found.filter { $0.state == .ready }
    guard ready.count < 2 else {
      let ids = ready.map { String($0.id.prefix(13)) }.sorted().joined(separator: ", ")
      throw Failure(.ambiguous, "several ready pods have the name \(word): \(ids); specify an ID")
    }
    guard let best = ready.first ?? found.max(by: { $0.createdAt < $1.createdAt }) else {
      throw Failure(.notFound, "pod \(word) not found; see cri pods")
    }
    return best.id
  }

  /// - Parameter word: An ID or a prefix of one, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`.
  /// - Returns: The ID; for a name, that of the running container, or else of the most recent one.
  func container(_ word: String) async throws(Failure) -> String {
    word.contains("/") ? try await LoggedContainer(client: client).named(word).id : word
  }
}
