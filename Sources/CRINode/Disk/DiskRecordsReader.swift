internal import CRI
internal import CRIPreflight
internal import CRISnapshot

extension DiskRecords {
  private static let service = "/containerd.services.containers.v1.Containers"
  /// containerd's namespace for everything that belongs to the CRI.
  static let namespace = (name: "containerd-namespace", value: "k8s.io")
  private static let filters = ["sandbox", "container"].map { "labels.\"io.cri-containerd.kind\"==\($0)" }
  /// A record takes about 10 KB. The runtime's own limit for one message is lower, and above that limit it streams the
  /// records.
  static let maximumResponseSize = 256 << 20

  /// Reads the records through containerd's own API, which it serves on the same socket.
  static func read(from endpoint: Endpoint, deadline: ContinuousClock.Instant?) async -> Observation<DiskRecords> {
    let channel = Channel(path: endpoint.path, maxMessageSize: maximumResponseSize)
    defer { channel.close() }
    let request = ListStoredContainersRequest(filters: filters).encode()
    let options = Channel.Options(timeout: deadline.map { max($0 - .now, .zero) }, metadata: [namespace])
    do throws(RPCError) {
      return .known(try await list(channel, request, options, deadline))
    } catch {
      return .unknown(
        error.isUnknownService ? UnknownReason(.notServed) : UnknownReason(.callFailed, message: "\(error)"))
    }
  }

  private static func list(
    _ channel: Channel, _ request: [UInt8], _ options: Channel.Options, _ deadline: ContinuousClock.Instant?
  ) async throws(RPCError) -> DiskRecords {
    do throws(RPCError) {
      return DiskRecords(
        try decode(try await channel.unary("\(service)/List", request, options: options), deadline))
    } catch {
      // The records do not fit into one message from containerd (16 MiB by default).
      guard error.statusCode == .resourceExhausted else { throw error }
    }
    var records = DiskRecords()
    for try await message in try channel.stream("\(service)/ListStream", request, options: options) {
      // Decode one record at a time, so that unneeded fields are released immediately.
      let next = DiskRecords(try decode(message, deadline))
      records.sandboxes += next.sandboxes
      records.containers += next.containers
      records.malformed += next.malformed
      records.withoutData += next.withoutData
    }
    return records
  }

  private static func decode(
    _ bytes: [UInt8], _ deadline: ContinuousClock.Instant?
  ) throws(RPCError) -> [StoredContainer] {
    let response: ListStoredContainersResponse = try ResponseBudget().decode(
      bytes, method: "\(service)/List", deadline: deadline)
    return response.containers
  }
}
