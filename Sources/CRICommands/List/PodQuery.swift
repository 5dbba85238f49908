internal import CRI
internal import CRICommandLine

/// Which pods are wanted, the youngest first.
struct PodQuery: Sendable {
  /// What the runtime selects by.
  var filter = PodSandboxFilter()
  /// And what we do.
  var name: Pattern?
  var namespace: Pattern?
  var labels = Labels()
  var limit: Int?

  /// Asks the runtime: one call.
  func run(_ client: Client) async throws(Failure) -> [PodSandbox] {
    let filter = filter == PodSandboxFilter() ? nil : filter
    do throws(RPCError) {
      var pods = try await client.runtime.podSandboxes(filter)
      apply(to: &pods)
      return pods
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// What the list does not say of the pods, by ID. Those that are gone since are not in it.
  static func facts(_ ids: [String], _ client: Client, patience: Duration) async -> Answers<PodFacts> {
    await client.details(of: "pod", ids, timeout: patience) { (client, id) throws(RPCError) in
      let request = PodSandboxStatusRequest(podSandboxID: id, verbose: true)
      let answer = try await client.runtime.podSandboxStatus(request, timeout: patience)
      guard let status = answer.status else { throw Inspection.noStatus(.podSandboxStatus) }
      return PodFacts(status, answer.info)
    }
  }

  /// What the runtime cannot do: leaves those that are wanted, the youngest first.
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
