internal import CRI

/// Which pods are wanted, the youngest first.
struct PodQuery: Sendable {
  /// What the runtime selects by.
  var filter = PodSandboxFilter()
  /// And what we do.
  var name: Pattern?
  var namespace: Pattern?
  var limit: Int?

  /// Asks the runtime: one call.
  func run(_ client: Client) async throws(Failure) -> [PodSandbox] {
    let filter = filter == PodSandboxFilter() ? nil : filter
    do throws(RPCError) {
      return select(try await client.runtime.listPodSandbox(ListPodSandboxRequest(filter: filter)).items)
    } catch {
      throw Failure(error)
    }
  }

  /// Those of `pods` that the runtime cannot select.
  func select(_ pods: [PodSandbox]) -> [PodSandbox] {
    var wanted = pods
    if name != nil || namespace != nil {
      wanted = pods.filter { pod in
        name?.matches(pod.metadata?.name ?? "") != false
          && namespace?.matches(pod.metadata?.namespace ?? "") != false
      }
    }
    return wanted.youngestFirst(\.createdAt, limit: limit)
  }
}
