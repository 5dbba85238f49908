internal import CRI
internal import CRIPreflight
internal import CRISnapshot

extension SandboxStore {
  private static let method = "/containerd.services.sandbox.v1.Store/List"

  /// Reads the store through containerd's own API on the same socket. The result is empty if this version has no such
  /// store.
  static func read(from endpoint: Endpoint, deadline: ContinuousClock.Instant?) async -> Observation<SandboxStore> {
    let channel = Channel(path: endpoint.path, maxMessageSize: DiskRecords.maximumResponseSize)
    defer { channel.close() }
    let options = Channel.Options(
      timeout: deadline.map { max($0 - .now, .zero) }, metadata: [DiskRecords.namespace])
    do throws(RPCError) {
      let bytes = try await channel.unary(method, ListStoredSandboxesRequest().encode(), options: options)
      let response: ListStoredSandboxesResponse = try ResponseBudget().decode(bytes, method: method, deadline: deadline)
      return .known(SandboxStore(response.sandboxes))
    } catch {
      return error.isUnknownService
        ? .known(SandboxStore()) : .unknown(UnknownReason(.callFailed, message: "\(error)"))
    }
  }
}
