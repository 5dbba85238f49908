public import CRI
internal import CRIJSON
public import CRIPreflight
public import CRISnapshot
internal import CRISystem

/// Options that determine what preflight is allowed to do and where the node's file system is.
public struct PreflightOptions: Hashable, Sendable {
  /// The program that runs preflight, such as `cri 0.1.0`.
  public var tool: String
  /// The root of the node's file system, such as a container's mount of it; nil for the root of the runtime's process.
  public var root: String?
  /// The runtime version after the change; nil if it stays the same.
  public var target: RuntimeVersion?
  /// Whether to pull images that running pods use and the runtime lacks; this changes the node.
  public var pulls: Bool
  /// The specifications of the node's pods, which the user supplied; nil if there are none.
  public var pods: [PodSpecification]?
  /// The directory of the kernel's process files; tests use a different one.
  package var proc = "/proc"

  /// Creates options.
  public init(
    tool: String, root: String? = nil, target: RuntimeVersion? = nil, pulls: Bool = false,
    pods: [PodSpecification]? = nil
  ) {
    self.pods = pods
    self.tool = tool
    self.root = root
    self.target = target
    self.pulls = pulls
  }
}

extension Client {
  /// Reads everything that determines what a restart would lose. Whatever cannot be read is unknown, with the reason.
  ///
  /// The snapshot has the time limits of `snapshot(tool:)`. Everything after it shares the client's timeout, except
  /// that the calls for the pods' details may take ten times as long, and pulls have their own timeout.
  /// - Throws: An error if the runtime does not respond.
  public func preflightFacts(_ options: PreflightOptions) async throws(RPCError) -> PreflightFacts {
    // The kernel's view of pods matters only for CRI-O and is read below.
    var snapshot = try await snapshot(tool: options.tool, observed: nil)
    snapshot.pods = options.pods
    let daemon = snapshot.daemon.pid
    let view = NodeView(daemon: daemon, paths: NodePaths(proc: options.proc, root: options.root ?? ""))
    // Whether kubelet is running, and the manifests of its static pods.
    let kubelet = KubeletReader(table: view.processes(), paths: view.paths, daemon: daemon).read()
    snapshot.observed = ObservedNode(kubelet: kubelet)
    let root = options.root ?? NodeFiles.root(of: daemon)
    let reader = PreflightReader(
      client: self, budget: ResponseBudget(base: PreflightReader.base, deadline: timeout.map { .now + $0 }),
      options: options, snapshot: snapshot, files: NodeFiles(root: root))
    return try await reader.read()
  }
}

private struct PreflightReader {
  /// A long timeout, because an image may be large and its registry slow.
  private static let pullTimeout = Duration.seconds(300)
  /// The maximum time between containerd's removal of a record and the removal of the object from its list.
  private static let removalTime = Duration.milliseconds(250)

  /// The memory in bytes for several lists together, each of which may take 8 MiB regardless of its size.
  static let base = 24 << 20

  let client: Client
  /// The limits that the calls after the snapshot share.
  let budget: ResponseBudget
  let options: PreflightOptions
  let snapshot: Snapshot
  let files: NodeFiles

  /// Whether the files are those that the daemon's process sees at the same paths.
  private var isDaemonsView: Bool {
    guard options.root == nil, let daemon = snapshot.daemon.pid else { return false }
    return FileIdentity(of: "\(options.proc)/\(daemon)/ns/mnt") != nil
  }

  func read() async throws(RPCError) -> PreflightFacts {
    let client = client.sharing(budget)
    let info = try await client.runtime.status(StatusRequest(verbose: true)).info
    let served = await servedCgroupDriver(client)
    var facts = PreflightFacts(
      snapshot: snapshot, target: options.target,
      kubelet: KubeletConfiguration(
        KubeletSettings.read(files, beside: snapshot.daemon.pid, proc: options.proc), files, asked: client.endpoint))
    // A missing directory is significant only if the runtime's own directory exists.
    let isNode: Bool
    switch snapshot.runtime.name {
    case "containerd":
      let config = document(info["config"])
      // This comes after the snapshot, so that every sandbox in it is on disk by now.
      let store = await SandboxStore.read(from: client.endpoint, deadline: budget.deadline)
      let records = await DiskRecords.read(from: client.endpoint, deadline: budget.deadline)
      if let records = records.value { facts.snapshot = try await settled(records, client) }
      facts.configuration = RuntimeConfiguration(
        containerd: config, cni: document(info["cniconfig"]), facts.snapshot, served: served)
      let root = config["rootDir"]?.stringValue
      facts.containerd = ContainerdDisk(
        records: records, store: store, facts.snapshot, files, root: root, state: config["stateDir"]?.stringValue)
      facts.containerd?.hiddenDatabase = HiddenDatabase.path(openedBy: snapshot.daemon.pid, files, beside: root)
      facts.recordSpace = RecordSpace.read(
        "\(root ?? "")/containers", files, beside: facts.containerd?.missingCheckpoints)
      isNode = files.isNode(ofRoot: root, facts.containerd?.hiddenDatabase)
      facts.missingPlugins = network.missingPlugins(document(info["cniconfig"]), isNode)
      facts.missingPrograms = OCIPrograms(
        configuration: config, snapshot: snapshot, files: files, proc: options.proc
      ).missing(isNode)
      let start = start(facts, config, document(info["cniconfig"]))
      facts.containerd?.start = start
    case "cri-o":
      let config = document(info["config"])
      let configuration = CRIODisk.configuration(files, of: snapshot.daemon.pid, proc: options.proc)
      let paths = await paths()
      var disk = CRIODisk(
        snapshot, files, configuration: configuration, status: config, paths: paths,
        networks: await networks(configuration), isDaemonsView: isDaemonsView)
      facts.configuration = RuntimeConfiguration(crio: config, files: disk.configuration, served: served)
      disk.start = start(configuration, config, paths)
      facts.crio = disk
      // Without a ready pod, its files do not show the directory.
      let storage = paths.values.first?.containers ?? configuration.value?.root ?? CRIOConfiguration.defaultRoot
      facts.recordSpace = RecordSpace.read(storage, files, beside: disk.missingState)
      isNode = disk.configuration.value != nil
    default:
      isNode = false
      facts.configuration = RuntimeConfiguration(other: snapshot.runtime.name, served: served)
    }
    if facts.containerd != nil {
      facts.pausedTasks = await PausedTasks.read(from: client.endpoint, deadline: budget.deadline)
    }
    facts.stoppedUnit = stoppedUnit()
    facts.endedProcesses = try await EndedProcesses(client: client, snapshot: facts.snapshot, proc: options.proc).read()
    facts.networkConfigurations = network.configurations(
      in: facts.configuration.networkDirectory, isNode
    ).map(\.usable)
    if options.pulls { facts.pulls = await pull(facts.absentImages) }
    return facts
  }

  private func stoppedUnit() -> Observation<StoppedUnit?> {
    guard let daemon = snapshot.daemon.pid else { return .unknown(UnknownReason(.daemonNotVisible)) }
    return NodeView(daemon: daemon, paths: NodePaths(proc: options.proc)).processes().map { table in
      StoppedUnitReader(files: files, table: table).read(daemon)
    }
  }

  /// Returns the snapshot without objects that were removed while records were being read, because their missing
  /// records are not a loss.
  private func settled(_ records: DiskRecords, _ client: Client) async throws(RPCError) -> Snapshot {
    let known = Set(records.sandboxes.map(\.id) + records.containers.map(\.id) + records.malformed)
    guard !(snapshot.sandboxes.map(\.id) + snapshot.containers.map(\.id)).allSatisfy(known.contains) else {
      return snapshot
    }
    // containerd deletes a record a moment before it stops listing the object.
    await pause(Self.removalTime)
    let sandboxes = Dictionary(try await client.runtime.podSandboxes().map { ($0.id, $0.state) }) { $1 }
    let containers = Dictionary(try await client.runtime.containers().map { ($0.id, $0.state) }) { $1 }
    var settled = snapshot
    settled.sandboxes = snapshot.sandboxes.compactMap { record in
      guard !known.contains(record.id) else { return record }
      guard let state = sandboxes[record.id] else { return nil }
      var record = record
      record.status.state = state
      return record
    }
    settled.containers = snapshot.containers.compactMap { record in
      guard !known.contains(record.id) else { return record }
      guard let state = containers[record.id] else { return nil }
      var record = record
      record.status.state = state
      return record
    }
    return settled
  }

  /// CRI: `RuntimeConfig`; nil if the runtime does not implement it.
  private func servedCgroupDriver(_ client: Client) async -> Observation<String>? {
    do throws(RPCError) {
      let driver = try await client.runtime.runtimeConfig().linux?.cgroupDriver
      return driver.map { .known($0 == .cgroupfs ? "cgroupfs" : "systemd") }
    } catch {
      return error.statusCode == .unimplemented ? nil : .unknown(UnknownReason(.callFailed, message: "\(error)"))
    }
  }

  /// Reads what CRI-O will find when it starts.
  private func start(
    _ configuration: Observation<CRIOConfiguration>, _ status: JSON, _ paths: [String: CRIOPaths]
  ) -> Observation<CRIOStart> {
    guard case .known(let configuration) = configuration else { return configuration.map { _ in CRIOStart() } }
    guard isDaemonsView || options.root != nil else { return .unknown(UnknownReason(.daemonNotVisible)) }
    return CRIOStartReader(
      files: files, configuration: configuration, status: status, paths: paths.keys.sorted().compactMap { paths[$0] },
      socket: client.endpoint.path, daemon: snapshot.daemon.pid, proc: options.proc
    ).read()
  }

  /// Reads what decides how containerd will start.
  private func start(_ facts: PreflightFacts, _ config: JSON, _ cni: JSON) -> ContainerdStart? {
    // k3s and RKE2 write the file each time they start containerd.
    guard facts.version?.distributor == nil,
      let configuration = ContainerdConfigurationReader(files: files, proc: options.proc).read(of: snapshot.daemon.pid)
    else { return nil }
    let running = RunningContainerd(config)
    var start = ContainerdStart(configuration: configuration, running: running)
    guard let version = facts.nextVersion ?? facts.version,
      case .settings(let next)? = configuration.value?.outcome(for: version)
    else { return start }
    for (path, now) in [(next.root, running.root), (next.state, running.state), (next.address, running.address)] {
      if let now, let identity = files.identity(of: path), identity == files.identity(of: now) {
        start.samePaths.insert(path)
      }
    }
    start.networkFaults = networkFaults(next, cni)
    start.missingPrograms = missingPrograms(next, version)
    return start
  }

  /// Returns the programs without which the default handler of the next start cannot start a pod.
  private func missingPrograms(_ next: ContainerdSettings, _ version: RuntimeVersion) -> Observation<[MissingProgram]> {
    let search = ProgramSearch(files: files, daemon: snapshot.daemon.pid, proc: options.proc)
    let handler = "containerd.runtimes.\(next.defaultHandler)"
    var missing: [MissingProgram] = []
    func require(_ program: String, _ setting: String, _ isKnown: Bool = true) throws(FileError) {
      if isKnown, try search.exists(program, besideDaemon: true) { return }
      missing.append(MissingProgram(setting: "\(handler).\(setting)", program: program))
    }
    do throws(FileError) {
      if let shim = next.defaultShim {
        try require(shim, "runtime_path")
      } else if let shim = next.shimProgram(of: version) {
        try require(shim.name, "runtime_type", shim.exists)
      }
      if let program = next.defaultProgram { try require(program, "options.BinaryName") }
      return .known(missing)
    } catch {
      return .unknown(UnknownReason(error, snapshot.daemon.pid.map { "\(options.proc)/\($0)/environ" } ?? ""))
    }
  }

  /// Returns what is missing in the CNI directories of the next start, if these differ from the directories in use.
  private func networkFaults(_ next: ContainerdSettings, _ cni: JSON) -> Observation<[CNIFault]> {
    var faults: [CNIFault] = []
    if let now = cni["PluginConfDir"]?.stringValue, now != next.networkDirectory {
      switch network.configurations(in: .known(next.networkDirectory), true) {
      case .known(let found):
        if found.usable.isEmpty {
          faults.append(.noConfiguration(network: "", directory: next.networkDirectory, cause: nil))
        }
      case .unknown(let reason): return .unknown(reason)
      }
    }
    if let now = cni["PluginDirs"]?.arrayValue?.compactMap(\.stringValue), now != next.pluginDirectories {
      let names = NetworkFiles.plugins(of: cni["Networks"]?.arrayValue ?? [])
      switch network.missing(names, in: next.pluginDirectories) {
      case .known(let missing): faults += missing
      case .unknown(let reason): return .unknown(reason)
      }
    }
    return .known(faults)
  }

  private var network: NetworkFiles { NetworkFiles(files: files) }

  private func networks(_ configuration: Observation<CRIOConfiguration>) async -> NetworkCheck {
    switch configuration {
    case .unknown(let reason): return NetworkCheck(unknown: [reason])
    case .known(let configuration):
      let paths = options.root.map { NodePaths(root: $0) } ?? NodePaths()
      var check = CNICheck(
        paths: paths, directory: configuration.networkDirectory, network: configuration.defaultNetwork,
        pluginDirectories: configuration.pluginDirectories)
      if let timeout = client.timeout {
        check.timeout = min(check.timeout, timeout)
        check.timeLimit = min(check.timeLimit, timeout)
      }
      return await check.run(snapshot)
    }
  }

  private func paths() async -> [String: CRIOPaths] {
    let client = client.sharing(client.budgetForDetails(retainedPerResponse: 1 << 10))
    var paths: [String: CRIOPaths] = [:]
    for sandbox in snapshot.sandboxes where sandbox.isReady {
      let request = PodSandboxStatusRequest(podSandboxID: sandbox.id, verbose: true)
      do throws(RPCError) {
        paths[sandbox.id] = CRIOPaths(info: try await client.runtime.podSandboxStatus(request).info["info"] ?? "")
      } catch {
        // Stop here, because the calls for the other pods would take time and fail too.
        if error.isAboutRuntime { break }
      }
    }
    return paths
  }

  private func pull(_ images: [String]) async -> [ImagePull] {
    var pulls: [ImagePull] = []
    for image in images {
      do throws(RPCError) {
        let request = PullImageRequest(image: ImageSpec(image: image))
        _ = try await client.images.pullImage(request, options: .within(Self.pullTimeout))
        pulls.append(ImagePull(image: image))
      } catch {
        let message = if case .status(let status) = error.cause { status.message } else { "\(error)" }
        pulls.append(ImagePull(image: image, error: message))
      }
    }
    return pulls
  }

  private func document(_ text: String?) -> JSON { text.flatMap { try? JSON.parse($0) } ?? .null }
}
