internal import CRI
internal import CRICommandLine

/// Finds the pod whose ports are forwarded.
enum PodTarget {
  /// - Parameter word: An ID or a prefix of one, a name, or `NAMESPACE/POD`.
  /// - Returns: The ID of a ready sandbox.
  static func find(_ word: String, _ client: Client) async throws(Failure) -> String {
    if word.contains("/") { return try await ObjectNames(client: client).pod(word) }
    let found: PodSandboxStatus?
    do throws(RPCError) {
      found = try await client.runtime.podSandboxStatus(PodSandboxStatusRequest(podSandboxID: word)).status
    } catch {
      guard error.isNotFound else { throw Failure(error, about: "pod \(word)", client.endpoint) }
      return try await named(word, client)
    }
    guard let found, found.state == .ready else { throw Failure(.failed, "pod \(word) is not ready; see cri pods") }
    return found.id.isEmpty ? word : found.id
  }

  private static func named(_ word: String, _ client: Client) async throws(Failure) -> String {
    let pods: [PodSandbox]
    do throws(RPCError) {
      pods = try await client.runtime.podSandboxes().filter { $0.metadata?.name == word && $0.state == .ready }
    } catch { throw Failure(error, client.endpoint) }
    guard let pod = pods.first else {
      throw Failure(.notFound, "no ready pod has the ID or name \(word); see cri pods")
    }
    guard pods.count == 1 else {
      let names = pods.map { "\($0.metadata?.namespace ?? "")/\(word)" }.sorted().joined(separator: ", ")
      throw Failure(.ambiguous, "several ready pods have the name \(word); specify one of \(names)")
    }
    return pod.id
  }
}
