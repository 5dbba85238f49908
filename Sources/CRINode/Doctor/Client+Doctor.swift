public import CRI
public import CRIDoctor
internal import CRIJSON
internal import CRIPreflight
internal import CRIProtobuf
internal import CRISnapshot
internal import CRISystem

extension Client {
  /// Reads the state of the node in which the doctor rules look for problems. Whatever cannot be read is unknown, with
  /// the reason.
  ///
  /// All calls to the runtime end at the deadline in the options, even if objects hang. If one of them hangs, reading
  /// everything else takes less than a second.
  /// - Throws: An error if the user is not permitted to open the runtime's socket, or if a thread cannot be started.
  public func doctorFacts(_ options: DoctorOptions) async throws(RPCError) -> DoctorFacts {
    try await DoctorReader(client: self, options: options).read()
  }
}

private struct DoctorReader: Sendable {
  /// The time limit for all other work if the calls to the runtime have used up the deadline.
  private static let shortLimit = Duration.milliseconds(800)
  private static let longLimit = Duration.seconds(5)

  let client: Client
  let options: DoctorOptions
  /// The error of a thread that could not be started; nil if all could.
  private let shortage = Locked<Errno?>(nil)

  init(client: Client, options: DoctorOptions) { (self.client, self.options) = (client, options) }

  func read() async throws(RPCError) -> DoctorFacts {
    let deadline = ContinuousClock.now + options.deadline
    let asked = Kernel.ticks
    let responses = await RuntimeResponsesReader(client: client, deadline: deadline, isDeep: options.isDeep).read()
    if let error = responses.unreachable, error.isCallersOwn { throw error }
    let snapshot = snapshot(responses)
    let limit = responses.isHanging ? Self.shortLimit : Self.longLimit

    async let observed = within(limit) {
      var complete = snapshot
      var observer = NodeObserver(paths: options.paths, timeLimit: limit / 2)
      observer.runsPrograms = false
      observer.addObservations(to: &complete, askedAt: asked, configuration: nil)
      return complete
    }
    let processObserver = ProcessObserver(daemon: snapshot.daemon, listed: snapshot.listed, paths: options.paths)
    async let processes = within(limit) { processObserver.read() }
    let files = NodeFiles(
      root: options.paths.root.isEmpty ? NodeFiles.root(of: snapshot.daemon.pid) : options.paths.root)
    let nodeReader = DoctorNodeReader(
      snapshot: snapshot, responses: responses, files: files, endpoint: client.endpoint, paths: options.paths)
    async let node = within(limit) { [readsLogs = options.readsLogs] in
      var facts = nodeReader.read()
      if readsLogs { facts.lastLines = nodeReader.lastLines() }
      return facts
    }
    let leftovers = LeftoverReader(
      daemon: snapshot.daemon, runtime: snapshot.runtime.name, paths: options.paths,
      used: snapshot.sandboxes.compactMap(\.facts.networkNamespace))
    async let namespaces = within(limit) { (leftovers.namespaces(), leftovers.shimIDs(), otherRuntime()) }
    async let deep = within(limit) { [isDeep = options.isDeep] in
      isDeep ? (leftovers.mounts(), leftovers.controlGroups()) : nil
    }
    async let ended = endedProcesses(snapshot, limit, responses)

    let unread = UnknownReason(.timedOut)
    let readNode = await node
    var facts = readNode ?? DoctorFacts(node: PreflightFacts(snapshot: snapshot))
    if readNode == nil { facts.unreadNode = unread }
    facts.snapshot = await observed ?? snapshot
    facts.node.endedProcesses = await ended
    facts.unreachable = responses.unreachable.map { "\($0)" }
    (facts.calls, facts.statuses) = (responses.calls, responses.statuses)
    facts.unreadStatus = responses.unreadStatus
    (facts.unlistedSandboxes, facts.unlistedContainers) = (responses.unlistedSandboxes, responses.unlistedContainers)
    let observedProcesses = await processes
    let endedNamespaces = await namespaces
    let endedDeep = await deep
    // Data that was not read for lack of a thread must not be reported as a timeout.
    if let error = shortage.withLock({ $0 }) {
      throw RPCError.cannotConnect(path: client.endpoint.path, error)
    }
    facts.daemon = observedProcesses?.daemon ?? .unknown(unread)
    facts.shims = observedProcesses?.shims ?? .unknown(unread)
    facts.blocked = observedProcesses?.blocked ?? .unknown(unread)
    facts.namespaces = .unknown(unread)
    if let found = endedNamespaces { (facts.namespaces, facts.supervised, facts.otherRuntime) = found }
    if options.isDeep {
      switch endedDeep {
      case nil: (facts.mounts, facts.cgroups) = (.unknown(unread), .unknown(unread))
      case let found?: if let found { (facts.mounts, facts.cgroups) = found }
      }
    }
    return facts
  }

  /// The socket of another runtime that listens on this node.
  private func otherRuntime() -> String? {
    let own = FileIdentity(of: client.endpoint.path)
    return Endpoint.listening(among: options.runtimes).first {
      $0.path != client.endpoint.path && FileIdentity(of: $0.path) != own
    }?.path
  }

  /// Returns a snapshot of the runtime's responses, without observations.
  private func snapshot(_ responses: RuntimeResponses) -> Snapshot {
    Snapshot(
      tool: options.tool, taken: Timestamp(nanoseconds: Kernel.now), host: .current(),
      daemon: Daemon(socket: client.endpoint.path, peer: client.peer),
      runtime: RuntimeFacts(
        name: responses.version?.runtimeName ?? "", version: responses.version?.runtimeVersion ?? "",
        api: client.negotiatedVersion ?? .v1, conditions: responses.status?.status?.conditions ?? [],
        handlers: responses.status?.runtimeHandlers ?? [],
        settings: responses.status.map { RuntimeSettings(info: $0.info) }),
      sandboxes: responses.sandboxes, containers: responses.containers, images: responses.images ?? [],
      unchecked: responses.unchecked)
  }

  private func endedProcesses(
    _ snapshot: Snapshot, _ limit: Duration, _ responses: RuntimeResponses
  ) async -> Observation<[String: Int32]> {
    if let reason = responses.unlistedSandboxes ?? responses.unlistedContainers { return .unknown(reason) }
    let bounded = client.sharing(ResponseBudget(deadline: .now + limit))
    do throws(RPCError) {
      // If the time is short, most of it is reserved for the lists.
      let ended = EndedProcesses(
        client: bounded, snapshot: snapshot, proc: options.paths.proc, delay: min(EndedProcesses.delay, limit / 4))
      return try await ended.read()
    } catch {
      return .unknown(error.unknownReason)
    }
  }

  /// Runs blocking work for a limited time.
  /// - Returns: nil if the work was not done in time.
  private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () -> Value
  ) async -> Value? {
    let shortage = shortage
    return await onThread {
      do throws(Errno) { return try Thread.run(within: limit, work) } catch {
        shortage.withLock { $0 = error }
        return nil
      }
    }
  }
}

extension RPCError {
  /// Whether the reason is the caller's own permissions or limits, and not the runtime.
  fileprivate var isCallersOwn: Bool {
    switch cause {
    case .cannotConnect(_, .permissionDenied), .cannotConnect(_, .notPermitted), .cannotConnect(_, .noMemory): true
    default: false
    }
  }
}
