package import CRIJSON
internal import CRIPreflight
package import CRISnapshot
internal import CRISystem

/// Reads what the kernel and CNI know about a snapshot's objects. It blocks, so call it on a separate thread.
///
/// It never fails as a whole: whatever could not be read is unknown, with its reason.
package struct NodeObserver: Sendable {
  package var paths: NodePaths
  /// The time limit for reading all namespaces.
  package var timeLimit: Duration
  /// Whether to also read orphans, OCI runtimes and kubelet's state.
  package var includesNode: Bool
  /// Whether the OCI runtimes are read too, which means that their programs are run.
  package var runsPrograms = true

  /// The age in seconds from which on a process must be listed, because the runtime lists a container shortly after
  /// starting it.
  static let grace: UInt64 = 10

  package init(paths: NodePaths = NodePaths(), timeLimit: Duration = .seconds(5), includesNode: Bool = true) {
    self.paths = paths
    self.timeLimit = timeLimit
    self.includesNode = includesNode
  }

  /// - Parameters:
  ///   - askedAt: The time at which the runtime's lists were requested, in clock ticks after boot.
  ///   - configuration: The runtime's configuration from its verbose status; nil if it returns none.
  package func addObservations(to snapshot: inout Snapshot, askedAt: UInt64, configuration: JSON?) {
    let view = NodeView(daemon: snapshot.daemon.pid, paths: paths)
    let table = view.processes()
    let containers = snapshot.containers
    addNetworks(to: &snapshot, view, containers)
    for index in snapshot.sandboxes.indices {
      let pid = snapshot.sandboxes[index].isReady ? snapshot.sandboxes[index].facts.pid : nil
      snapshot.sandboxes[index].observed?.process = process(pid, in: table)
    }
    for index in snapshot.containers.indices {
      // containerd still reports the pid of a container that has exited.
      let pid = snapshot.containers[index].isRunning ? snapshot.containers[index].pid : nil
      snapshot.containers[index].observed = ObservedContainer(process: process(pid, in: table))
    }
    addLogs(to: &snapshot, view)
    if includesNode {
      snapshot.observed = ObservedNode(
        orphans: orphans(snapshot, view, table, askedAt: askedAt),
        ociRuntimes: runsPrograms
          ? OCIRuntimeReader(
            configuration: configuration, table: table.value, listed: snapshot.listed, daemon: snapshot.daemon.pid,
            paths: view.paths
          ).read() : nil,
        kubelet: KubeletReader(table: table, paths: view.paths, daemon: snapshot.daemon.pid).read(),
        cgroupNamespace: FileIdentity(of: "\(paths.proc)/self/ns/cgroup").map {
          NamespaceID(device: $0.device, inode: $0.inode)
        })
    }
    snapshot.unchecked += snapshot.unknownObservations
  }

  private func process(_ pid: Int32?, in table: Observation<ProcessTable>) -> Observation<ObservedProcess>? {
    guard let pid else { return nil }
    switch table {
    case .known(let table): return .known(table.observed(of: pid))
    case .unknown(let reason): return .unknown(reason)
    }
  }

  private func addLogs(to snapshot: inout Snapshot, _ view: NodeView) {
    var isMissing = false
    for index in snapshot.containers.indices {
      let log = log(of: snapshot.containers[index], view)
      snapshot.containers[index].observed?.hasLog = log
      isMissing = isMissing || log == .known(false)
    }
    guard isMissing else { return }
    // kubelet renames a log file and then asks the runtime to reopen it: a file that is missing only in between is not
    // lost.
    Thread.sleep(.milliseconds(200))
    for index in snapshot.containers.indices where snapshot.containers[index].observed?.hasLog == .known(false) {
      let log = log(of: snapshot.containers[index], view)
      snapshot.containers[index].observed?.hasLog = log
    }
  }

  private func log(of container: ContainerRecord, _ view: NodeView) -> Observation<Bool>? {
    let path = container.logPath
    guard container.isRunning, path.hasPrefix("/") else { return nil }
    do throws(FileError) {
      let exists = try File.exists(view.path(path))
      if exists || view.seesAllPaths { return .known(exists) }
      return .unknown(UnknownReason(.otherMountNamespace))
    } catch {
      return .unknown(UnknownReason(error, path))
    }
  }

  private func addNetworks(to snapshot: inout Snapshot, _ view: NodeView, _ containers: [ContainerRecord]) {
    let own = snapshot.sandboxes.indices.filter { !snapshot.sandboxes[$0].isHostNetwork }
    let cache = CNICache(
      directory: "\(view.cni)/results", ids: Set(own.map { snapshot.sandboxes[$0].id }))
    var hostLocal = HostLocal(defaultDirectory: "\(view.cni)/networks", root: view.paths.root)
    for index in snapshot.sandboxes.indices { snapshot.sandboxes[index].observed = ObservedSandbox() }
    var targets: [(index: Int, target: NamespaceReader.Target)] = []
    let processes = Dictionary(
      containers.filter(\.isRunning).map { ($0.sandboxID, $0.pid) }, uniquingKeysWith: { $0 ?? $1 })
    for index in own {
      let sandbox = snapshot.sandboxes[index]
      let entries = cache.entries(of: sandbox.id)
      let cached = entries.value ?? []
      let addresses = (sandbox.addresses + cached.flatMap(\.facts.addresses)).compactMap { IPAddress($0) }
      snapshot.sandboxes[index].observed?.cache =
        switch entries {
        case .known(let entries): .known(entries.map(\.facts))
        case .unknown(let reason): .unknown(reason)
        }
      snapshot.sandboxes[index].observed?.leases = hostLocal.leases(
        of: sandbox.id, entries: cached, addresses: Set(addresses))
      guard let path = sandbox.facts.networkNamespace else { continue }
      // The processes of a stopped pod are gone, and their pids may have been reused.
      let pid = sandbox.isReady && view.canSeeProcesses ? sandbox.facts.pid ?? processes[sandbox.id] ?? nil : nil
      targets.append(
        (
          index,
          NamespaceReader.Target(
            path: view.path(path), isConfirmed: view.seesAllPaths, process: pid.map { "\(paths.proc)/\($0)/ns/net" })
        ))
    }
    let observed = NamespaceReader.read(targets.map(\.target), within: timeLimit)
    for (target, observation) in zip(targets, observed) {
      snapshot.sandboxes[target.index].observed?.namespace = observation.namespace
      snapshot.sandboxes[target.index].observed?.interfaces = observation.interfaces
    }
  }

  private func orphans(
    _ snapshot: Snapshot, _ view: NodeView, _ table: Observation<ProcessTable>, askedAt: UInt64
  ) -> Observation<[Orphan]> {
    guard let table = table.value else { return .unknown(table.reason ?? .notExamined) }
    let socket = FileIdentity(of: snapshot.daemon.socket)
    let path = snapshot.daemon.socket
    let grace = Self.grace * Kernel.ticksPerSecond
    let files = NodeFiles(root: view.paths.root)
    let search = OrphanSearch(
      table: table, runtime: snapshot.runtime.name, listed: snapshot.listed,
      ended: Set(snapshot.containers.filter(\.hasEnded).map(\.id)),
      endedSandboxes: Set(snapshot.sandboxes.filter { !$0.isReady }.map(\.id)),
      isOurSocket: { $0 == path || socket != nil && FileIdentity(of: view.path($0)) == socket },
      // A process that is older than the daemon cannot belong to an object that the daemon is creating now.
      deadline: max(askedAt > grace ? askedAt - grace : 0, snapshot.daemon.startTime ?? 0),
      canBeOurs: { [daemon = snapshot.daemon.pid, paths] in
        ProcessTrust.belongs($0, to: daemon, proc: paths.proc)
      },
      exitDirectory: snapshot.runtime.name == "cri-o"
        ? CRIODisk.configuration(files, of: snapshot.daemon.pid, proc: paths.proc).value?.exitDirectory : nil,
      isForeign: { [paths] pid, path in
        guard let own = files.identity(of: path),
          let other = NodeFiles(root: "\(paths.proc)/\(pid)/root").identity(of: path)
        else { return false }
        return own != other
      })
    let found = search.orphans()
    if found.isEmpty { return .known([]) }
    // A process that is about to exit is not an orphan, so check again after a moment.
    Thread.sleep(.milliseconds(200))
    return .known(found.filter { table.isStillRunning($0.pid, startTime: $0.startTime) })
  }
}
