internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
public import CRIStreaming
public import CRISystem

/// A container runtime without containers, for tests: it serves the CRI on a unix socket from in-memory state.
///
/// Clients can read and change the state with all CRI calls, but nothing is ever executed: sessions run a few
/// simulated programs (`echo`, `cat`, `sleep`, `exit`, `sh` and others), on a TCP port of the loopback interface. Errors have
/// containerd's messages, or those of CRI-O if a recording of CRI-O is served.
public final class SimulatedRuntime: Sendable {
  /// The source of the initial state.
  public enum Source: Hashable, Sendable {
    /// The described pods.
    case pods([PodDescription])
    /// Generated pods and containers in the given numbers. `containers` is the total for all pods.
    case synthetic(pods: Int, containers: Int)
    /// The path of a file with recorded calls, one JSON object per line.
    case recording(String)
    /// The path of a YAML or JSON file; `cri-sim --help` describes its format.
    case description(String)
  }

  /// Options of a simulated runtime.
  public struct Options: Sendable {
    /// The path of a file in which to store the state; nil for none. If the file exists when the runtime is created,
    /// its state replaces the source, and the losses of `onRestart` are applied.
    public var statePath: String?
    /// What the runtime loses when it restarts.
    public var onRestart: [RestartLoss] = []
    /// What the runtime does wrong while it runs.
    public var faults = Faults()
    /// Whether to add objects that are invalid in every way that the wire format permits.
    public var addsMalformedObjects = false
    /// Called when `Faults.killAfter` applies. If it is nil, all connections are closed during the call.
    public var onKill: (@Sendable () -> Void)?
    /// TLS for exec, attach and port-forward sessions, whose URLs then begin with https; nil for no TLS.
    public var streamingTLS: (any TLSProvider)?

    /// Creates the default options.
    public init() {}
  }

  struct State {
    var node: SimulatedNode
    var faults: Faults
    var server: Server?
    var path = ""
    /// Counts starts and stops, so that a delayed start of one run does not affect the next.
    var run = 0
    var startedAt = ContinuousClock.now
    var calls: [String: Int] = [:]
    var callCount = 0
    var listeners: [Int: AsyncStream<ContainerEventResponse>.Continuation] = [:]
    var listenerCount = 0
  }

  let state: Locked<State>
  let options: Options
  let sessions: SimulatedSessions
  static let methods = MethodTable()

  /// Creates a runtime. It does not listen until `start(at:)` is called.
  /// - Throws: `SimulatorError` if the source or the state file cannot be read or is invalid.
  public init(_ source: Source = .pods([]), options: Options = Options()) throws(SimulatorError) {
    var node: SimulatedNode
    if let path = options.statePath, let stored = try? File.read(path) {
      node = try SimulatedNode(recording: stored, name: path)
      node.isChanged = false
      node.restart(options.onRestart)
    } else {
      node = try SimulatedNode(source)
      if options.addsMalformedObjects { node.addHostile() }
    }
    let ipLosses = options.onRestart.filter { $0.kind == .loseIPs }
    node.isForgotten = { pod in ipLosses.contains { $0.affects(pod) } }
    self.options = options
    let state = Locked(State(node: node, faults: options.faults))
    self.state = state
    sessions = SimulatedSessions(options.faults, tls: options.streamingTLS) { id, status in
      state.withLock { state in
        state.node.exit(id, Int32(status))
        state.publish()
      }
    }
  }

  deinit { stop() }

  /// Listens on a unix socket at `path`. A socket file on which no process listens is replaced.
  /// - Throws: The error number if the runtime cannot listen or cannot write the state file.
  public func start(at path: String) throws(Errno) {
    try save()
    let run = state.withLock { state in
      state.run += 1
      state.path = path
      state.startedAt = .now
      return state.run
    }
    let faults = faults
    guard faults.notReadyStyle == .noSocket, faults.notReady > .zero else { return try listen(at: path, run) }
    Task { [weak self] in
      try? await Task.sleep(for: faults.notReady)
      try? self?.listen(at: path, run)
    }
  }

  private func listen(at path: String, _ run: Int) throws(Errno) {
    let server = try Server(at: path) { [weak self] call in await self?.handle(call) }
    let isCurrent = state.withLock { state in
      if state.run == run { state.server = server }
      return state.run == run
    }
    if !isCurrent { server.stop() }
  }

  /// Closes all connections and removes the socket file.
  public func stop() {
    let path = end()
    if !path.isEmpty { try? File.remove(path) }
  }

  /// Closes all connections but leaves the socket file, as after SIGKILL.
  public func crash() { _ = end() }

  /// - Returns: The path of the socket; empty if the runtime was not listening.
  private func end() -> String {
    let (server, path, listeners) = state.withLock { state in
      defer {
        state.run += 1
        state.server = nil
        state.listeners = [:]
      }
      return (state.server, state.server == nil ? "" : state.path, Array(state.listeners.values))
    }
    for listener in listeners { listener.finish() }
    server?.stop()
    sessions.stop()
    return path
  }

  /// Stops the runtime, applies losses to its state, and starts it again on the same socket.
  /// - Parameter losses: The losses to apply; nil for the losses in the options.
  /// - Throws: The error number if the runtime cannot listen or cannot write the state file.
  public func restart(_ losses: [RestartLoss]? = nil) throws(Errno) {
    let path = state.withLock { $0.path }
    stop()
    state.withLock { $0.node.restart(losses ?? options.onRestart) }
    try start(at: path)
  }

  // MARK: Control

  /// What the runtime does wrong. This can be changed while the runtime is running; delays are counted from the most
  /// recent start.
  public var faults: Faults {
    get { state.withLock { $0.faults } }
    set { state.withLock { $0.faults = newValue } }
  }

  /// Adds a pod.
  /// - Returns: The ID of the sandbox.
  @discardableResult
  public func add(_ pod: PodDescription) -> String { change { $0.add(pod) } }

  /// Adds an image unless it already exists.
  /// - Returns: The ID of the image.
  @discardableResult
  public func addImage(_ name: String) -> String { change { $0.addImage(name) } }

  /// The number of calls of each method since the runtime was created, by the method's name.
  public var calls: [String: Int] { state.withLock { $0.calls } }

  /// Changes the state directly, without a call.
  package func change<Result: Sendable>(_ change: @Sendable (inout SimulatedNode) -> Result) -> Result {
    state.withLock { change(&$0.node) }
  }

  /// The current state as a recording.
  package var recording: [UInt8] { state.withLock { $0.node }.recording() }

  /// Writes the state file, if the options specify one and the state has changed.
  func save() throws(Errno) {
    guard let path = options.statePath else { return }
    try state.withLock { (state) throws(Errno) in
      guard state.node.isChanged else { return }
      do throws(FileError) {
        try File.writeAtomically(state.node.recording(), to: path)
      } catch {
        throw error.errno ?? .invalid
      }
      state.node.isChanged = false
    }
  }
}

extension SimulatedNode {
  init(_ source: SimulatedRuntime.Source) throws(SimulatorError) {
    switch source {
    case .pods(let pods):
      self.init()
      for pod in pods { add(pod) }
    case .synthetic(let pods, let containers): self.init(pods: pods, containers: containers)
    case .recording(let path): try self.init(recording: Self.read(path), name: path)
    case .description(let path): try self.init(description: Self.read(path), name: path)
    }
  }

  private static func read(_ path: String) throws(SimulatorError) -> [UInt8] {
    do throws(FileError) {
      return try File.read(path)
    } catch {
      throw SimulatorError("\(path): \(error)")
    }
  }
}
