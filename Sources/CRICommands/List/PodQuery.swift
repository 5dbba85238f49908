internal import CRI
internal import CRICommandLine

/// Which pods are selected, the most recent first.
struct PodQuery: Sendable {
  /// The conditions that the runtime evaluates.
  var filter = PodSandboxFilter()
  /// The conditions that `cri` evaluates.
  var name: Pattern?
  var namespace: Pattern?
  var labels = Labels()
  var limit: Int?

  /// Asks the runtime: one call.
  /// - Parameter mapKeys: The labels and annotations that the caller needs; nil for all.
  func run(_ client: Client, mapKeys: [String]? = nil) async throws(Failure) -> [PodSandbox] {
    let filter = filter == PodSandboxFilter() ? nil : filter
    var options = CallOptions()
    if labels.keys.isEmpty { options.mapKeys = mapKeys }
    do throws(RPCError) {
      var pods = try await client.runtime.podSandboxes(filter, options: options)
      apply(to: &pods)
      return pods
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// The facts that the list does not contain, by ID. Removed pods are missing.
  static func facts(_ ids: [String], _ client: Client, timeout: Duration) async -> DetailResults<PodFacts> {
    await client.details(of: "pod", ids, timeout: timeout) { (client, id) throws(RPCError) in
      let request = PodSandboxStatusRequest(podSandboxID: id, verbose: true)
      let response = try await client.runtime.podSandboxStatus(request, options: .within(timeout))
      guard let status = response.status else { throw Inspection.noStatus(.podSandboxStatus) }
      return PodFacts(status, response.info)
    }
  }

  /// Applies the conditions that the runtime cannot evaluate, and sorts the most recent first.
  func apply(to pods: inout [PodSandbox]) {
    if name != nil || namespace != nil {
      pods.removeAll { pod in
        name?.matches(pod.metadata?.name ?? "") == false
          || namespace?.matches(pod.metadata?.namespace ?? "") == false
      }
    }
    if !labels.keys.isEmpty { pods.removeAll { !labels.match($0.labels) } }
    pods.sortYoungestFirst(\.createdAt, limit: limit)
  }
}
