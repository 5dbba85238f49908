internal import CRI
internal import CRISnapshot

/// Reads the details of one sandbox or container.
struct ObjectReader: Sendable {
  /// The memory that an object's record and its document take besides its status, in bytes.
  static let keptPerObject = 3 << 10

  let client: Client

  /// - Returns: nil if the sandbox was removed after the list was read.
  func existingRecord(_ item: PodSandbox) async throws(RPCError) -> SandboxRecord? {
    try await existing { (verbose) async throws(RPCError) in
      try await record(item, verbose: verbose)
    } isListed: { () async throws(RPCError) in
      let filter = PodSandboxFilter(id: item.id)
      let list = try await client.runtime.listPodSandbox(ListPodSandboxRequest(filter: filter)).items
      return list.contains { $0.id == item.id }
    }
  }

  /// - Returns: nil if the container was removed after the list was read.
  func existingRecord(_ item: Container) async throws(RPCError) -> ContainerRecord? {
    try await existing { (verbose) async throws(RPCError) in
      try await record(item, verbose: verbose)
    } isListed: { () async throws(RPCError) in
      let filter = ContainerFilter(id: item.id)
      let list = try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers
      return list.contains { $0.id == item.id }
    }
  }

  /// Reads an object, of which a runtime can have lost a part: then only the status without `verbose` is available, or
  /// only the entry in the list.
  /// - Throws: NOT_FOUND if the runtime still lists the object but has no status for it.
  private func existing<Record>(
    _ read: (_ verbose: Bool) async throws(RPCError) -> Record, isListed: () async throws(RPCError) -> Bool
  ) async throws(RPCError) -> Record? {
    for verbose in [true, false] {
      do throws(RPCError) { return try await read(verbose) } catch {
        guard error.isNotFound else { throw error }
        if !verbose, try await isListed() { throw error }
      }
    }
    return nil
  }

  private func record(_ item: PodSandbox, verbose: Bool) async throws(RPCError) -> SandboxRecord {
    let response = try await client.runtime.podSandboxStatus(
      PodSandboxStatusRequest(podSandboxID: item.id, verbose: verbose))
    let method = Method<PodSandboxStatusRequest, PodSandboxStatusResponse>.podSandboxStatus.path(
      client.negotiatedVersion ?? .v1)
    guard let status = response.status else {
      throw .undecodable(method: method, reason: "the response contains no status")
    }
    guard status.id == item.id else {
      throw .undecodable(method: method, reason: "the status is that of sandbox \(status.id)")
    }
    guard let facts = SandboxFacts(info: response.info) else {
      throw .undecodable(method: method, reason: "the verbose info is not JSON")
    }
    return SandboxRecord(status: status, facts: facts)
  }

  private func record(_ item: Container, verbose: Bool) async throws(RPCError) -> ContainerRecord {
    let response = try await client.runtime.containerStatus(
      ContainerStatusRequest(containerID: item.id, verbose: verbose))
    let method = Method<ContainerStatusRequest, ContainerStatusResponse>.containerStatus.path(
      client.negotiatedVersion ?? .v1)
    guard let status = response.status else {
      throw .undecodable(method: method, reason: "the response contains no status")
    }
    guard status.id == item.id else {
      throw .undecodable(method: method, reason: "the status is that of container \(status.id)")
    }
    return ContainerRecord(status: status, sandboxID: item.podSandboxID, pid: ContainerRecord.pid(info: response.info))
  }
}
