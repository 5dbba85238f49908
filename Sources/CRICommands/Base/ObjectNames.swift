internal import CRI
internal import CRICommandLine

/// Finds what is called by its name in place of its ID, as `-o name` prints it. An ID has no slash.
struct ObjectNames: Sendable {
  let client: Client

  /// - Parameter word: an ID or how it begins, or `NAMESPACE/POD`.
  /// - Returns: the ID: of the ready one, else of the youngest.
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
      throw Failure(.ambiguous, "several pods \(word) are ready: \(ids)")
    }
    guard let best = ready.first ?? found.max(by: { $0.createdAt < $1.createdAt }) else {
      throw Failure(.notFound, "pod \(word) not found; see cri pods")
    }
    return best.id
  }

  /// - Parameter word: an ID or how it begins, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`.
  /// - Returns: the ID: of the one that runs, else of the youngest.
  func container(_ word: String) async throws(Failure) -> String {
    word.contains("/") ? try await LoggedContainer(client: client).named(word).id : word
  }
}
