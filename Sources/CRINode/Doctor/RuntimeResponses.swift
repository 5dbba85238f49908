internal import CRI
internal import CRIDoctor
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// What the runtime responded to all calls that read something.
struct RuntimeResponses: Sendable {
  var version: VersionResponse?
  var status: StatusResponse?
  var sandboxes: [SandboxRecord] = []
  var containers: [ContainerRecord] = []
  var images: [Image]?
  var imageFileSystems: [String]?
  /// CRI: `RuntimeConfig`; nil if the runtime does not implement it.
  var cgroupDriver: Observation<String>?
  var calls: [ObservedCall] = []
  var statuses: [ObservedStatus] = []
  var unchecked: [Unchecked] = []
  var unreadStatus: UnknownReason?
  var unreadImageFileSystems: UnknownReason?
  var unlistedSandboxes: UnknownReason?
  var unlistedContainers: UnknownReason?
  /// The error of the first call if the runtime cannot be reached.
  var unreachable: RPCError?
  /// The error of a list that could not be read.
  var listError: RPCError?

  /// Whether at least one call was still running at its deadline.
  var isHanging: Bool {
    calls.contains { $0.outcome == .hanging } || statuses.contains { $0.call.outcome == .hanging }
  }
}

/// Makes every call that reads something, all with the same deadline.
struct RuntimeResponsesReader: Sendable {
  /// The memory in bytes for several lists together, each of which may take 8 MiB regardless of its size.
  private static let base = 64 << 20
  /// The memory that an object's record takes besides its status, in bytes.
  private static let keptPerObject = 3 << 10

  let client: Client
  let deadline: ContinuousClock.Instant
  let isDeep: Bool

  func read() async -> RuntimeResponses {
    var found = RuntimeResponses()
    let client = client.sharing(ResponseBudget(base: Self.base, deadline: deadline))
    // This call comes first and alone, so that the later ones know the CRI version.
    let version = await timed("Version") { () async throws(RPCError) in
      try await client.runtime.version(VersionRequest(version: "v1"))
    }
    if let error = version.error, error.isUnreachable || error.isTimeout {
      // Every other call would end in the same way.
      if error.isUnreachable { found.unreachable = error } else { found.calls = [version.call] }
      found.giveUp(error)
      return found
    }
    found.version = version.value
    found.calls.append(version.call)
    async let status = timed("Status") { () async throws(RPCError) in
      try await client.runtime.status(StatusRequest(verbose: true))
    }
    async let images = timed("ListImages") { () async throws(RPCError) in try await client.images.images().merged }
    async let fileSystems = timed("ImageFsInfo") { () async throws(RPCError) in
      try await client.images.imageFsInfo(ImageFsInfoRequest()).imageFilesystems
    }
    async let configuration = timed("RuntimeConfig") { () async throws(RPCError) in
      try await client.runtime.runtimeConfig(RuntimeConfigRequest())
    }
    async let statistics = readStatistics(client)
    async let objects = readObjects(client)
    let all = await (status, images, fileSystems, configuration)
    (found.status, found.unreadStatus) = (all.0.value, all.0.reason)
    found.images = all.1.value
    found.imageFileSystems = all.2.value?.compactMap { $0.fsID?.mountpoint }.filter { !$0.isEmpty }
    found.unreadImageFileSystems = all.2.reason
    if let reason = all.1.reason { found.unchecked.append(.images(reason)) }
    switch all.3.result {
    case .success(let response):
      found.cgroupDriver = (response.linux?.cgroupDriver).map { .known($0 == .cgroupfs ? "cgroupfs" : "systemd") }
    case .failure(let error):
      if error.statusCode != .unimplemented { found.cgroupDriver = .unknown(error.unknownReason) }
    }
    found.calls += [all.0.call, all.1.call]
    // Older runtimes implement neither of them.
    for call in [all.2.optionalCall, all.3.optionalCall] + (await statistics) {
      if let call { found.calls.append(call) }
    }
    await found.add(objects)
    return found
  }

  // MARK: Calls

  /// The result of a call and its duration.
  private struct Timed<Response: Sendable>: Sendable {
    var call: ObservedCall
    var result: Result<Response, RPCError>

    var value: Response? { try? result.get() }
    var error: RPCError? { if case .failure(let error) = result { error } else { nil } }
    var reason: UnknownReason? { error?.unknownReason }
    /// nil if the runtime does not implement the call.
    var optionalCall: ObservedCall? {
      if case .failure(let error) = result, error.statusCode == .unimplemented { nil } else { call }
    }
  }

  private func timed<Response: Sendable>(
    _ method: String, _ call: () async throws(RPCError) -> Response
  ) async -> Timed<Response> {
    let start = ContinuousClock.now
    do throws(RPCError) {
      let response = try await call()
      return Timed(call: ObservedCall(method, start.duration(to: .now)), result: .success(response))
    } catch {
      return Timed(call: ObservedCall(method, start.duration(to: .now), error.outcome), result: .failure(error))
    }
  }

  /// The calls with which kubelet and others collect statistics.
  private func readStatistics(_ client: Client) async -> [ObservedCall?] {
    guard isDeep else { return [] }
    async let containers = timed("ListContainerStats") { () async throws(RPCError) in
      try await client.runtime.allContainerStats().count
    }
    async let pods = timed("ListPodSandboxStats") { () async throws(RPCError) in
      try await client.runtime.allPodSandboxStats().count
    }
    return await [containers.optionalCall, pods.optionalCall]
  }

  // MARK: Objects

  private func readObjects(_ client: Client) async -> RuntimeResponses {
    var found = RuntimeResponses()
    async let sandboxList = timed("ListPodSandbox") { () async throws(RPCError) in
      try await client.runtime.podSandboxes()
    }
    async let containerList = timed("ListContainers") { () async throws(RPCError) in
      try await client.runtime.containers()
    }
    let (sandboxes, containers) = await (sandboxList, containerList)
    found.calls = [sandboxes.call, containers.call]
    (found.unlistedSandboxes, found.unlistedContainers) = (sandboxes.reason, containers.reason)
    found.listError = sandboxes.error ?? containers.error
    let pods = Dictionary((sandboxes.value ?? []).map { ($0.id, PodName($0.metadata)) }) { first, _ in first }
    let budget = ResponseBudget(
      base: Self.base, perByte: 3, retainedPerResponse: Self.keptPerObject, deadline: deadline)
    let reader = ObjectReader(client: self.client.sharing(budget))
    let sweep = StatusSweep(deadline: deadline)
    let (sandboxItems, containerItems) = (sandboxes.value ?? [], containers.value ?? [])
    async let sandboxEntries = sweep.run(sandboxItems) { (item: PodSandbox) async throws(RPCError) in
      try await reader.existingRecord(item)
    }
    async let containerEntries = sweep.run(containerItems) { (item: Container) async throws(RPCError) in
      try await reader.existingRecord(item)
    }
    for (item, entry) in zip(sandboxItems, await sandboxEntries) {
      let object = ObjectName(.pod, pod: PodName(item.metadata), id: item.id)
      if let record = found.add(
        entry, object, sandboxID: item.id, method: "PodSandboxStatus", isLive: item.state == .ready)
      {
        found.sandboxes.append(record)
      }
    }
    for (item, entry) in zip(containerItems, await containerEntries) {
      let object = ObjectName(
        .container, pod: pods[item.podSandboxID], name: item.metadata?.name ?? "", id: item.id)
      if let record = found.add(
        entry, object, sandboxID: item.podSandboxID, method: "ContainerStatus", isLive: item.state == .running)
      {
        found.containers.append(record)
      }
    }
    return found
  }
}

extension RuntimeResponses {
  /// Nothing is known because of an error.
  fileprivate mutating func giveUp(_ error: RPCError) {
    let reason = error.unknownReason
    (unreadStatus, unreadImageFileSystems, listError) = (reason, reason, error)
    (unlistedSandboxes, unlistedContainers) = (reason, reason)
    unchecked = [.images(reason)]
  }

  fileprivate mutating func add(_ objects: RuntimeResponses) {
    calls += objects.calls
    statuses += objects.statuses
    unchecked += objects.unchecked
    (sandboxes, containers) = (objects.sandboxes, objects.containers)
    listError = objects.listError
    (unlistedSandboxes, unlistedContainers) = (objects.unlistedSandboxes, objects.unlistedContainers)
  }

  /// - Returns: The record; nil if the object was removed, or if its details could not be read.
  fileprivate mutating func add<Record>(
    _ entry: StatusSweep.Entry<Record>?, _ object: ObjectName, sandboxID: String, method: String, isLive: Bool
  ) -> Record? {
    guard let entry else {
      unchecked.append(.details(object, isLive: isLive, UnknownReason(.timedOut)))
      return nil
    }
    switch entry.result {
    case .success(nil): return nil
    case .success(let record?):
      statuses.append(ObservedStatus(object, sandboxID: sandboxID, ObservedCall(method, entry.duration)))
      return record
    case .failure(let error):
      let call = ObservedCall(method, entry.duration, error.outcome)
      statuses.append(ObservedStatus(object, sandboxID: sandboxID, call))
      unchecked.append(.details(object, isLive: isLive, error.unknownReason))
      return nil
    }
  }
}

extension RPCError {
  /// The runtime does not accept connections, or accepts none that speak gRPC.
  fileprivate var isUnreachable: Bool {
    switch facts {
    case .cannotConnect, .notGRPC, .connectionLost: true
    default: isUnknownService
    }
  }

  fileprivate var isTimeout: Bool {
    switch facts {
    case .deadlineExceeded, .notResponding: true
    case .status(let status): status.code == .deadlineExceeded
    default: false
    }
  }

  fileprivate var outcome: ObservedCall.Outcome { isTimeout ? .hanging : .failed(message: "\(self)") }

  var unknownReason: UnknownReason {
    UnknownReason(isTimeout ? .timedOut : .callFailed, message: "\(self)")
  }
}
