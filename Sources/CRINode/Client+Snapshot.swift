public import CRI
internal import CRIJSON
public import CRISnapshot
internal import CRISystem

extension Client {
  /// Reads the complete state of the runtime, with concurrent calls over one connection.
  ///
  /// Objects that are removed in the meantime are left out. The snapshot also contains what the kernel and CNI know
  /// about the same objects. Whatever could not be read is listed in `unchecked`, most often because it requires root.
  /// - Parameter tool: The program that takes the snapshot, such as `cri 0.1.0`.
  /// - Throws: An error if the lists could not be read or the runtime went away; there is no partial snapshot.
  public func snapshot(tool: String) async throws(RPCError) -> Snapshot {
    try await snapshot(tool: tool, observed: NodeObserver())
  }

  /// - Parameter observed: The reader of the node's own state; nil to use only the runtime's responses.
  package func snapshot(tool: String, observed: NodeObserver?) async throws(RPCError) -> Snapshot {
    let reader = SnapshotReader(client: self)
    let asked = Kernel.ticks
    let (snapshot, configuration) = try await reader.read(tool: tool, configuration: observed?.includesNode == true)
    guard let observed else { return snapshot }
    return await onThread {
      var complete = snapshot
      observed.addObservations(to: &complete, askedAt: asked, configuration: configuration)
      return complete
    }
  }
}

/// Reads a runtime's state once.
private struct SnapshotReader {
  /// The number of concurrent calls: enough to keep a runtime busy, without long waits in its queue.
  private static let concurrency = 64
  let client: Client

  /// - Parameter configuration: Whether to also read the runtime's configuration; the result is nil if the runtime
  ///   returns none.
  func read(tool: String, configuration: Bool) async throws(RPCError) -> (Snapshot, configuration: JSON?) {
    // This call comes first and alone, so that the later ones know the CRI version.
    let version = try await client.runtime.version(VersionRequest(version: "v1"))
    async let statusResult = result { () async throws(RPCError) in
      // The configuration is part of the verbose response, which is otherwise the same.
      try await client.runtime.status(StatusRequest(verbose: configuration))
    }
    let listing = client.sharing(client.budgetForLists())
    async let sandboxList = result { () async throws(RPCError) in try await listing.runtime.podSandboxes() }
    async let containerList = result { () async throws(RPCError) in
      try await listing.runtime.containers()
    }
    async let oldVersion = configuration ? client.serves(.v1alpha2) : nil
    async let imageResult = result { () async throws(RPCError) in try await listing.images.images() }
    let status = try await statusResult.get()
    let (sandboxes, containers) = (try await sandboxList.get(), try await containerList.get())
    try check(sandboxes.map(\.id), Method<ListPodSandboxRequest, ListPodSandboxResponse>.listPodSandbox, "sandbox")
    try check(containers.map(\.id), Method<ListContainersRequest, ListContainersResponse>.listContainers, "container")
    let images = await imageResult
    let servesOldVersion = await oldVersion
    // The caller may have fixed the version, so it does not show which versions the runtime serves.
    var newest = client.negotiatedVersion ?? .v1
    if newest == .v1alpha2, client.selection != .auto, await client.serves(.v1) == true { newest = .v1 }

    let budget = client.budgetForDetails(retainedPerResponse: ObjectReader.keptPerObject)
    let bounded = client.sharing(budget)
    let pods = Dictionary(sandboxes.map { ($0.id, PodName($0.metadata)) }) { first, _ in first }
    async let sandboxRecords = details(sandboxes, budget, { $0.unchecked(because: $1) }) {
      (item) async throws(RPCError) in
      try await ObjectReader(client: bounded).existingRecord(item)
    }
    async let containerRecords = details(containers, budget, { $0.unchecked(in: pods[$0.podSandboxID], because: $1) }) {
      (item) async throws(RPCError) in
      try await ObjectReader(client: bounded).existingRecord(item)
    }
    let (sandboxResult, containerResult) = (await sandboxRecords, await containerRecords)
    let (readSandboxes, uncheckedSandboxes) = try sandboxResult.get()
    let (readContainers, uncheckedContainers) = try containerResult.get()
    var unchecked = uncheckedSandboxes + uncheckedContainers
    var imageList: [Image] = []
    switch images {
    case .success(let list): imageList = list.merged
    case .failure(let error) where error.meansRuntimeIsGone: throw error
    case .failure(let error): unchecked.append(.images(UnknownReason(.callFailed, message: "\(error)")))
    }
    let snapshot = Snapshot(
      tool: tool, taken: Timestamp(nanoseconds: Kernel.now), host: .current(),
      daemon: Daemon(socket: client.endpoint.path, peer: client.peer),
      runtime: RuntimeFacts(
        name: version.runtimeName, version: version.runtimeVersion, api: newest,
        conditions: status.status?.conditions ?? [], handlers: status.runtimeHandlers,
        settings: configuration ? RuntimeSettings(info: status.info) : nil, servesV1alpha2: servesOldVersion),
      sandboxes: readSandboxes, containers: readContainers, images: imageList, unchecked: unchecked)
    return (snapshot, status.info["config"].flatMap { try? JSON.parse($0) })
  }

  /// Throws if a list is not usable for comparisons.
  private func check<Request, Response>(
    _ ids: [String], _ method: Method<Request, Response>, _ noun: String
  ) throws(RPCError) {
    let path = method.path(client.negotiatedVersion ?? .v1)
    if let id = ids.firstDuplicate { throw .undecodable(method: path, reason: "\(noun) \(id) is listed twice") }
    guard ids.count <= Snapshot.maximumCount else {
      throw .undecodable(method: path, reason: "the list has \(ids.count) objects, more than a node can have")
    }
  }

  /// Reads the details of every item with concurrent calls, and returns them in the list's order.
  /// - Parameters:
  ///   - unchecked: Returns the entry for an item whose details could not be read.
  ///   - read: Reads the details; nil if the item does not exist any longer.
  private func details<Item: Sendable, Record: Sendable>(
    _ items: [Item], _ budget: ResponseBudget, _ unchecked: (Item, UnknownReason) -> Unchecked,
    _ read: @escaping @Sendable (Item) async throws(RPCError) -> Record?
  ) async -> Result<([Record], [Unchecked]), RPCError> {
    var results = [Result<Record?, RPCError>?](repeating: nil, count: items.count)
    var end: RPCError?
    await withTaskGroup(of: (Int, Result<Record?, RPCError>).self) { group in
      var next = 0
      func start() {
        guard next < items.count else { return }
        let (index, item) = (next, items[next])
        next += 1
        group.addTask { (index, await result { () async throws(RPCError) in try await read(item) }) }
      }
      for _ in 0..<Self.concurrency { start() }
      for await (index, result) in group {
        results[index] = result
        // There will be no snapshot, so no further calls are made.
        if case .failure(let error) = result, budget.isCause(of: error) { end = end ?? error }
        if end == nil { start() }
      }
    }
    if let end { return .failure(end) }
    var records: [Record] = []
    var entries: [Unchecked] = []
    for (item, result) in zip(items, results) {
      switch result {
      // The object was removed between the list and this call.
      case .success(nil): break
      case .success(let record?): records.append(record)
      case .failure(let error) where error.meansRuntimeIsGone: return .failure(error)
      case .failure(let error):
        entries.append(unchecked(item, UnknownReason(.callFailed, message: "\(error)")))
      case nil: break
      }
    }
    return .success((records, entries))
  }
}

/// Turns a typed throw into a result, because task groups are not typed.
private func result<T: Sendable>(_ call: () async throws(RPCError) -> T) async -> Result<T, RPCError> {
  do throws(RPCError) {
    return .success(try await call())
  } catch {
    return .failure(error)
  }
}

extension RPCError {
  /// The runtime itself is gone, not just one of its objects, so the remaining calls would fail too.
  var meansRuntimeIsGone: Bool {
    switch cause {
    case .cannotConnect, .connectionLost, .notGRPC, .notResponding, .cancelled: true
    default: false
    }
  }

  /// The runtime is gone or did not respond in time.
  var isAboutRuntime: Bool {
    if case .deadlineExceeded = cause { true } else { meansRuntimeIsGone }
  }
}

extension PodSandbox {
  /// The entry for a sandbox that is listed, but whose details could not be read.
  fileprivate func unchecked(because reason: UnknownReason) -> Unchecked {
    .details(ObjectName(.pod, pod: PodName(metadata), id: id), isLive: state == .ready, reason)
  }
}

extension Container {
  fileprivate func unchecked(in pod: PodName?, because reason: UnknownReason) -> Unchecked {
    .details(
      ObjectName(.container, pod: pod, name: metadata?.name ?? "", id: id), isLive: state == .running, reason)
  }
}
