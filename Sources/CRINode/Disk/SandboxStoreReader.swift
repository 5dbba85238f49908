internal import CRI
internal import CRIPreflight
internal import CRISnapshot

extension SandboxStore {
  private static let method = "/containerd.services.sandbox.v1.Store/List"

  /// Reads the store through containerd's own API on the same socket; it is empty if this version has no such store.
  static func read(from endpoint: Endpoint, timeout: Duration) async -> Observation<SandboxStore> {
    let channel = Channel(path: endpoint.path, maxMessageSize: DiskRecords.largestAnswer)
    defer { channel.close() }
    let options = Channel.Options(timeout: timeout, metadata: [DiskRecords.namespace])
    do throws(RPCError) {
      let response = try await channel.unary(method, ListStoredSandboxesRequest().encode(), options: options)
      return .known(SandboxStore(try decode(response)))
    } catch {
      return error.isUnknownService
        ? .known(SandboxStore()) : .unknown(UnknownReason(.callFailed, message: "\(error)"))
    }
  }

  private static func decode(_ bytes: [UInt8]) throws(RPCError) -> [StoredSandbox] {
    do throws(DecodeError) {
      return try ListStoredSandboxesResponse.decode(bytes).sandboxes
    } catch {
      throw .undecodable(method: method, reason: "\(error)")
    }
  }
}
