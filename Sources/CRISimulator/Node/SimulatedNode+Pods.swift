internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// The CRI's calls for pod sandboxes.
extension SimulatedNode {
  func listSandboxes(_ filter: PodSandboxFilter?) -> [PodSandbox] {
    guard let filter else { return sandboxes.all.map(\.item) }
    // Like containerd, accept a unique prefix of an ID.
    let id = (try? sandboxes.find(filter.id).id) ?? filter.id
    return sandboxes.all.compactMap { sandbox in
      let item = sandbox.item
      guard id.isEmpty || item.id == id, filter.state.map({ $0.state == item.state }) ?? true,
        item.labels.matches(filter.labelSelector)
      else { return nil }
      return item
    }
  }

  func sandboxStatus(_ request: PodSandboxStatusRequest) throws(CallFailure) -> PodSandboxStatusResponse {
    let sandbox = try sandbox(request.podSandboxID)
    var response = sandbox.response
    if request.verbose { response.info = sandbox.verboseInfo ?? ContainerdInfo.of(sandbox) }
    return response
  }

  mutating func runSandbox(_ request: RunPodSandboxRequest) throws(CallFailure) -> RunPodSandboxResponse {
    guard let config = request.config, let metadata = config.metadata else {
      throw CallFailure(.unknown, "sandbox config must include metadata")
    }
    let name = SimulatedSandbox.reservedName(metadata)
    if let owner = sandboxes.all.first(where: { $0.reservedName == name }) {
      let reason = "name \(name.goQuoted) is reserved for \(owner.id.goQuoted)"
      throw CallFailure(.unknown, "failed to reserve sandbox name \(name.goQuoted): \(reason)")
    }
    let options = config.linux?.securityContext?.namespaceOptions
    let sandbox = makeSandbox(
      metadata, labels: config.labels, annotations: config.annotations, options: options ?? NamespaceOption(),
      ips: options?.network == .node ? [] : nextIPs(), handler: request.runtimeHandler, createdAt: now)
    sandboxes[sandbox.id] = sandbox
    report(.created, sandbox.id, of: sandbox.id)
    report(.started, sandbox.id, of: sandbox.id)
    return RunPodSandboxResponse(podSandboxID: sandbox.id)
  }

  /// Stops a sandbox. The call is idempotent, as the interface requires, except with containerd before 1.7.
  mutating func stopSandbox(_ request: StopPodSandboxRequest) throws(CallFailure) -> StopPodSandboxResponse {
    let prefix = "an error occurred when try to find sandbox \(request.podSandboxID.goQuoted)"
    guard let id = try existing(sandbox(request.podSandboxID, prefix), orFail: isOldContainerd)?.id else {
      return StopPodSandboxResponse()
    }
    for container in containers.all where container.item.podSandboxID == id { stop(container.id) }
    if sandboxes[id]?.isReady == true {
      sandboxes[id]?.stop()
      report(.stopped, id, of: id)
    }
    return StopPodSandboxResponse()
  }

  mutating func removeSandbox(_ request: RemovePodSandboxRequest) throws(CallFailure)
    -> RemovePodSandboxResponse
  {
    guard let id = try existing(sandbox(request.podSandboxID))?.id else {
      return RemovePodSandboxResponse()
    }
    _ = try stopSandbox(StopPodSandboxRequest(podSandboxID: id))
    for container in containers.all where container.item.podSandboxID == id { remove(container) }
    report(.deleted, id, of: id)
    sandboxes[id] = nil
    return RemovePodSandboxResponse()
  }

  /// Returns nil if the object does not exist, or throws the failure if `orFail` is set. Other failures are always
  /// thrown.
  func existing<T>(_ find: @autoclosure () throws -> T, orFail: Bool = false) throws(CallFailure) -> T? {
    do {
      return try find()
    } catch {
      let failure = CallFailure(error)
      if failure.code == .notFound, !orFail { return nil }
      throw failure
    }
  }

  // MARK: Creating

  func makeSandbox(
    _ metadata: PodSandboxMetadata, labels: StringMap, annotations: StringMap, options: NamespaceOption,
    ips: [String], handler: String, createdAt: Timestamp, id: String = Identifier.random()
  ) -> SimulatedSandbox {
    let item = PodSandbox(
      id: id, metadata: metadata, state: .ready, createdAt: createdAt, labels: labels,
      annotations: annotations,
      runtimeHandler: handler)
    let network = PodSandboxNetworkStatus(
      ip: ips.first ?? "", additionalIPs: ips.dropFirst().map { PodIP(ip: $0) })
    let status = PodSandboxStatus(
      id: id, metadata: metadata, state: .ready, createdAt: createdAt, network: network,
      linux: LinuxPodSandboxStatus(namespaces: Namespace(options: options)), labels: labels,
      annotations: annotations, runtimeHandler: handler)
    return SimulatedSandbox(item: item, response: PodSandboxStatusResponse(status: status))
  }

  /// Returns the next pair of addresses that no pod uses: 10.88.x.y and fd00:88::x.
  func nextIPs() -> [String] {
    let usedIPs = Set(sandboxes.all.map { $0.status.network?.ip ?? "" })
    var number = usedIPs.count + 1
    while usedIPs.contains(Self.ips(number)[0]) { number += 1 }
    return Self.ips(number)
  }

  static func ips(_ number: Int) -> [String] {
    // Skip .0 and .255, which are not usable in many networks.
    [
      "10.\(88 + number / 64516).\(number / 254 % 254).\(number % 254 + 1)",
      "fd00:88::\(String(number + 1, radix: 16))",
    ]
  }

  // MARK: Events

  mutating func report(_ type: ContainerEventType, _ container: String, of sandbox: String) {
    isChanged = true
    // Bound the memory if no client reads the events.
    if events.count >= 10_000 { events.removeFirst(5_000) }
    let statuses = containers.all.filter { $0.item.podSandboxID == sandbox }.map(\.status)
    events.append(
      ContainerEventResponse(
        containerID: container, containerEventType: type, createdAt: now,
        podSandboxStatus: sandboxes[sandbox]?.status, containersStatuses: statuses))
  }
}

extension StringMap {
  /// Returns whether the map contains all pairs of a selector.
  func matches(_ selector: StringMap) -> Bool { selector.allSatisfy { self[$0.key] == $0.value } }
}
