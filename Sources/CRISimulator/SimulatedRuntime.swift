internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
public import CRISystem

/// A container runtime that has no containers: it serves CRI on a unix socket from what it was told.
///
/// All that can be asked and changed over CRI is there in memory, in containerd's words (or CRI-O's, where a recording
/// is of CRI-O); nothing is ever run.
public final class SimulatedRuntime: Sendable {
  /// Where the state comes from.
  public enum Source: Hashable, Sendable {
    case pods([PodDescription])
    /// So many pods with so many containers in all, as on a busy node.
    case synthetic(pods: Int, containers: Int)
    /// A file of recorded answers, one JSON object a line.
    case recording(String)
    /// A YAML or JSON document; see the documentation's format.
    case description(String)
  }

  public struct Options: Sendable {
    /// Keeps the state in a file; where it exists when the runtime is made, it takes the source's place, and `onRestart`
    /// happens.
    public var statePath: String?
    public var onRestart: [RestartLoss] = []
    public var faults = Faults()
    /// Adds objects that are wrong in every way that the wire permits.
    public var isHostile = false
    /// What `killAfter` does; nil: the socket is closed in the middle of the call.
    public var die: (@Sendable () -> Void)?

    public init() {}
  }

  struct State {
    var node: SimulatedNode
    var faults: Faults
    var server: Server?
    var path = ""
    /// Counts starts and stops, so that what was begun for one run does not touch the next.
    var run = 0
    var startedAt = ContinuousClock.now
    var calls: [String: Int] = [:]
    var callCount = 0
    var listeners: [Int: AsyncStream<ContainerEventResponse>.Continuation] = [:]
    var listenerCount = 0
  }

  let state: Locked<State>
  let options: Options
  static let methods = MethodTable()

  /// - Throws: where the source or the state file cannot be read or understood.
  public init(_ source: Source = .pods([]), options: Options = Options()) throws(SimulatorError) {
    var node: SimulatedNode
    if let path = options.statePath, let kept = try? File.read(path) {
      node = try SimulatedNode(recording: kept, name: path)
      node.isChanged = false
      node.restart(options.onRestart)
    } else {
      node = try SimulatedNode(source)
      if options.isHostile { node.addHostile() }
    }
    let forgetful = options.onRestart.filter { $0.kind == .loseIPs }
    node.isForgotten = { pod in forgetful.contains { $0.hits(pod) } }
    self.options = options
    state = Locked(State(node: node, faults: options.faults))
  }

  deinit { stop() }

  /// Serves on a unix socket; a dead socket file is replaced.
  /// - Throws: the reason why it cannot listen there, or why the state file cannot be written.
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

  /// Ends all connections and takes the socket away.
  public func stop() {
    let path = end()
    if !path.isEmpty { try? File.remove(path) }
  }

  /// As after SIGKILL: the connections are gone, the socket's file stays.
  public func crash() { _ = end() }

  /// - Returns: the socket that was served.
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
    return path
  }

  /// Stops, loses what it was told to lose, and starts again on the same socket.
  /// - Parameter losses: nil: those of the options.
  public func restart(_ losses: [RestartLoss]? = nil) throws(Errno) {
    let path = state.withLock { $0.path }
    stop()
    state.withLock { $0.node.restart(losses ?? options.onRestart) }
    try start(at: path)
  }

  // MARK: For tests

  /// May be changed while it runs; what counts from the start counts from the last start.
  public var faults: Faults {
    get { state.withLock { $0.faults } }
    set { state.withLock { $0.faults = newValue } }
  }

  /// - Returns: the sandbox's id.
  @discardableResult
  public func add(_ pod: PodDescription) -> String { change { $0.add(pod) } }

  /// - Returns: the image's id.
  @discardableResult
  public func addImage(_ name: String) -> String { change { $0.addImage(name) } }

  /// How often each method has been called.
  public var calls: [String: Int] { state.withLock { $0.calls } }

  /// Changes the state from outside of any call.
  package func change<Result: Sendable>(_ change: @Sendable (inout SimulatedNode) -> Result) -> Result {
    state.withLock { change(&$0.node) }
  }

  /// The state as it is now, as a recording.
  package var recording: [UInt8] { state.withLock { $0.node }.recording() }

  /// Writes the state file, if there is one and something has changed.
  func save() throws(Errno) {
    guard let path = options.statePath else { return }
    try state.withLock { (state) throws(Errno) in
      guard state.node.isChanged else { return }
      try File.writeAtomically(state.node.recording(), to: path)
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
    do throws(Errno) {
      return try File.read(path)
    } catch {
      throw SimulatorError("\(path): \(error)")
    }
  }
}
