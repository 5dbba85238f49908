internal import CRI
internal import CRIDoctor
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// The runtime's responses to all calls that read something.
struct RuntimeResponses: Sendable {
  var version: VersionResponse?
  var status: StatusResponse?
  var sandboxes: [SandboxRecord] = []
  var containers: [ContainerRecord] = []
  /// The listed objects whose details could not be read.
  var unreadSandboxes: [PodSandbox] = []
  var unreadContainers: [Container] = []
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
  let client: Client
  let deadline: ContinuousClock.Instant
  let isDeep: Bool

  func read() async -> RuntimeResponses {
    var found = RuntimeResponses()
    let client = client.sharing(client.budgetForLists(deadline: deadline))
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
    found.record(all.0.call, all.0.error)
    found.record(all.1.call, all.1.error)
    // Older runtimes implement neither of them.
    if let call = all.2.optionalCall { found.record(call, all.2.error) }
    if let call = all.3.optionalCall { found.record(call, all.3.error) }
    found.calls += await statistics.compactMap(\.self)
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
    /// The call; nil if the runtime does not implement it.
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

  /// Whether an object exists, but its details are not known.
  private func isUnread<Record>(_ entry: StatusSweep.Entry<Record>?) -> Bool {
    guard case .success? = entry?.result else { return true }
    return false
  }

  private func readObjects(_ client: Client) async -> RuntimeResponses {
    var found = RuntimeResponses()
    async let sandboxList = timed("ListPodSandbox") { () async throws(RPCError) in
      try await client.runtime.podSandboxes()
    }
    async let containerList = timed("ListContainers") { () async throws(RPCError) in
      try await client.runtime.containers()
    }
    let (sandboxes, containers) = await (sandboxList, containerList)
    found.record(sandboxes.call, sandboxes.error)
    found.record(containers.call, containers.error)
    (found.unlistedSandboxes, found.unlistedContainers) = (sandboxes.reason, containers.reason)
    found.listError = sandboxes.error ?? containers.error
    let pods = Dictionary((sandboxes.value ?? []).map { ($0.id, PodName($0.metadata)) }) { first, _ in first }
    let budget = ResponseBudget(
      perByte: 3, retainedPerResponse: ObjectReader.keptPerObject, deadline: deadline)
    let reader = ObjectReader(client: self.client.sharing(budget))
    let sweep = StatusSweep(deadline: deadline, budget: budget)
    let (sandboxItems, containerItems) = (sandboxes.value ?? [], containers.value ?? [])
    async let sandboxEntries = sweep.run(sandboxItems) { (item: PodSandbox) async throws(RPCError) in
      try await reader.existingRecord(item)
    }
    async let containerEntries = sweep.run(containerItems) { (item: Container) async throws(RPCError) in
      try await reader.existingRecord(item)
    }
    let (readSandboxes, readContainers) = await (sandboxEntries, containerEntries)
    if let excess = budget.excess {
      // What was read before the limit was exceeded is incomplete, and would take too much memory.
      let reason = excess.unknownReason
      (found.unlistedSandboxes, found.unlistedContainers) = (reason, reason)
      found.listError = excess
      return found
    }
    let unread =
      deadline <= .now
      ? UnknownReason(.timedOut)
      : UnknownReason(.callFailed, message: "the calls for \(StatusSweep.maximumFailures) other objects failed")
    for (index, item) in sandboxItems.enumerated() {
      let object = ObjectName(.pod, pod: PodName(item.metadata), id: item.id)
      if let record = found.add(
        readSandboxes[index], object, sandboxID: item.id, method: "PodSandboxStatus", isLive: item.state == .ready,
        unread)
      {
        found.sandboxes.append(record)
      } else if isUnread(readSandboxes[index]) {
        found.unreadSandboxes.append(item)
      }
    }
    for (index, item) in containerItems.enumerated() {
      let object = ObjectName(
        .container, pod: pods[item.podSandboxID], name: item.metadata?.name ?? "", id: item.id)
      if let record = found.add(
        readContainers[index], object, sandboxID: item.podSandboxID, method: "ContainerStatus",
        isLive: item.state == .running, unread)
      {
        found.containers.append(record)
      } else if isUnread(readContainers[index]) {
        found.unreadContainers.append(item)
      }
    }
    return found
  }
}

extension RuntimeResponses {
  /// Marks everything as unknown because of an error.
  fileprivate mutating func giveUp(_ error: RPCError) {
    let reason = error.unknownReason
    (unreadStatus, unreadImageFileSystems, listError) = (reason, reason, error)
    (unlistedSandboxes, unlistedContainers) = (reason, reason)
    unchecked = [.images(reason)]
  }

  /// - Parameter error: How the call failed; nil if it succeeded.
  fileprivate mutating func record(_ call: ObservedCall, _ error: RPCError?) {
    // The runtime has ended since the first call, so each later call fails for the same reason.
    if let error, error.isUnreachable { unreachable = error } else { calls.append(call) }
  }

  fileprivate mutating func add(_ objects: RuntimeResponses) {
    calls += objects.calls
    statuses += objects.statuses
    unchecked += objects.unchecked
    (sandboxes, containers) = (objects.sandboxes, objects.containers)
    (unreadSandboxes, unreadContainers) = (objects.unreadSandboxes, objects.unreadContainers)
    listError = objects.listError
    unreachable = unreachable ?? objects.unreachable
    (unlistedSandboxes, unlistedContainers) = (objects.unlistedSandboxes, objects.unlistedContainers)
  }

  /// - Parameter unread: The reason why no call was started for an object without an entry.
  /// - Returns: The record; nil if the object was removed, or if its details could not be read.
  fileprivate mutating func add<Record>(
    _ entry: StatusSweep.Entry<Record>?, _ object: ObjectName, sandboxID: String, method: String, isLive: Bool,
    _ unread: UnknownReason
  ) -> Record? {
    guard let entry else {
      // There may be many such objects, so only the first is named.
      if let last = unchecked.indices.last, unchecked[last].reason == unread {
        unchecked[last].count += 1
      } else {
        unchecked.append(.details(object, isLive: isLive, unread))
      }
      return nil
    }
    switch entry.result {
    case .success(nil): return nil
    case .success(let record?):
      statuses.append(ObservedStatus(object, sandboxID: sandboxID, ObservedCall(method, entry.duration)))
      return record
    case .failure(let error):
      unchecked.append(.details(object, isLive: isLive, error.unknownReason))
      if error.isUnreachable {
        // The runtime has ended since, so this says nothing about the object.
        unreachable = error
      } else {
        let call = ObservedCall(method, entry.duration, error.outcome)
        statuses.append(ObservedStatus(object, sandboxID: sandboxID, call))
      }
      return nil
    }
  }
}

extension RPCError {
  /// The runtime does not accept connections, or accepts none that speak gRPC.
  fileprivate var isUnreachable: Bool {
    switch cause {
    case .cannotConnect, .notGRPC, .connectionLost: true
    default: isUnknownService
    }
  }

  fileprivate var isTimeout: Bool {
    switch cause {
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
