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
    // This reads only the runtime's state, because the kernel's view of pods matters only for CRI-O and is read below.
    var snapshot = try await snapshot(tool: options.tool, observed: nil)
    snapshot.pods = options.pods
    let root = options.root ?? NodeFiles.root(of: snapshot.daemon.pid)
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
      facts.containerd?.hiddenDatabase = HiddenDatabase.path(openedBy: snapshot.daemon.pid, files)
      facts.recordSpace = RecordSpace.read(
        "\(root ?? "")/containers", files, beside: facts.containerd?.missingCheckpoints)
      isNode = root.map { (try? files.exists($0)) == true } ?? false
      facts.missingPlugins = missingPlugins(document(info["cniconfig"]), isNode)
      let start = start(facts, config, document(info["cniconfig"]))
      facts.containerd?.start = start
    case "cri-o":
      let config = document(info["config"])
      let configuration = configuration(of: snapshot.daemon.pid)
      let paths = await paths()
      let disk = CRIODisk(
        snapshot, files, configuration: configuration, status: config, paths: paths,
        networks: await networks(configuration))
      facts.configuration = RuntimeConfiguration(crio: config, files: disk.configuration, served: served)
      facts.crio = disk
      facts.recordSpace = RecordSpace.read(paths.values.first?.containers ?? "", files, beside: disk.missingState)
      isNode = disk.configuration.value != nil
    default:
      isNode = false
      facts.configuration = RuntimeConfiguration(other: snapshot.runtime.name, served: served)
    }
    if facts.containerd != nil {
      facts.pausedTasks = await PausedTasks.read(from: client.endpoint, deadline: budget.deadline)
    }
    facts.endedProcesses = try await EndedProcesses(client: client, snapshot: facts.snapshot, proc: options.proc).read()
    facts.networkConfigurations = networkConfigurations(facts.configuration.networkDirectory, isNode)
    if options.pulls { facts.pulls = await pull(facts.absentImages) }
    return facts
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
    return start
  }

  /// Returns what is missing in the CNI directories of the next start, as far as they differ from those in use.
  private func networkFaults(_ next: ContainerdSettings, _ cni: JSON) -> Observation<[CNIFault]> {
    var faults: [CNIFault] = []
    if let now = cni["PluginConfDir"]?.stringValue, now != next.networkDirectory {
      switch networkConfigurations(.known(next.networkDirectory), true) {
      case .known(let usable):
        if usable.isEmpty {
          faults.append(.noConfiguration(network: "", directory: next.networkDirectory, cause: nil))
        }
      case .unknown(let reason): return .unknown(reason)
      }
    }
    if let now = cni["PluginDirs"]?.arrayValue?.compactMap(\.stringValue), now != next.pluginDirectories {
      switch missingPlugins(cni, in: next.pluginDirectories) {
      case .known(let missing): faults += missing
      case .unknown(let reason): return .unknown(reason)
      }
    }
    return .known(faults)
  }

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

  /// Returns the CNI plugins that are missing for the networks that containerd has loaded according to its verbose
  /// status.
  private func missingPlugins(_ cni: JSON, _ isNode: Bool) -> Observation<[CNIFault]> {
    guard let directories = cni["PluginDirs"]?.arrayValue?.compactMap(\.stringValue), !directories.isEmpty,
      cni["Networks"]?.arrayValue != nil
    else { return .unknown(UnknownReason(.notReported, setting: .networkDirectory)) }
    // The directories may exist although the runtime's root is hidden.
    guard isNode || directories.contains(where: { (try? files.exists($0)) == true }) else {
      return .unknown(NodeFiles.reason(directories[0], .noSuchFile))
    }
    return missingPlugins(cni, in: directories)
  }

  private func missingPlugins(_ cni: JSON, in directories: [String]) -> Observation<[CNIFault]> {
    let networks = cni["Networks"]?.arrayValue ?? []
    var names: [String] = []
    for plugin in networks.flatMap({ $0["Config"]?["Plugins"]?.arrayValue ?? [] }) {
      let network = plugin["Network"]
      for name in [network?["type"]?.stringValue, network?["ipam"]?["type"]?.stringValue] {
        if let name, !name.isEmpty, !names.contains(name) { names.append(name) }
      }
    }
    do throws(FileError) {
      var missing: [CNIFault] = []
      search: for name in names where !name.contains("/") {
        for directory in directories where try files.exists("\(directory)/\(name)") { continue search }
        missing.append(.pluginMissing(name, directories: directories))
      }
      return .known(missing)
    } catch {
      return .unknown(UnknownReason(error, directories.first))
    }
  }

  /// Returns the valid CNI configurations among the files that a runtime would read.
  private func networkConfigurations(_ directory: Observation<String>, _ isNode: Bool) -> Observation<[String]> {
    switch directory {
    case .unknown(let reason): return .unknown(reason)
    case .known(let path):
      do throws(FileError) {
        var usable: [String] = []
        for name in try files.names(in: path) where [".conf", ".conflist", ".json"].contains(where: name.hasSuffix) {
          if Self.isNetwork(try files.read("\(path)/\(name)")) { usable.append(name) }
        }
        return .known(usable)
      } catch {
        if error == .noSuchFile, isNode { return .known([]) }
        return .unknown(NodeFiles.reason(path, error))
      }
    }
  }

  /// Whether the file is the configuration of a plugin or of a list of plugins.
  private static func isNetwork(_ bytes: [UInt8]) -> Bool {
    guard let root = try? JSON.parse(bytes) else { return false }
    return root["type"]?.stringValue?.isEmpty == false || root["plugins"]?.arrayValue?.isEmpty == false
  }

  private func pull(_ images: [String]) async -> [ImagePull] {
    var pulls: [ImagePull] = []
    for image in images {
      do throws(RPCError) {
        let request = PullImageRequest(image: ImageSpec(image: image))
        _ = try await client.images.pullImage(request, options: .within(Self.pullTimeout))
        pulls.append(ImagePull(image: image))
      } catch {
        let message = if case .status(let status) = error.facts { status.message } else { "\(error)" }
        pulls.append(ImagePull(image: image, error: message))
      }
    }
    return pulls
  }

  private func document(_ text: String?) -> JSON { text.flatMap { try? JSON.parse($0) } ?? .null }

  /// CRI-O's configuration, in which the running daemon's command line and environment take precedence.
  private func configuration(of daemon: Int32?) -> Observation<CRIOConfiguration> {
    guard let daemon else { return CRIODisk.configuration(files, CRIOOptions()) }
    func words(_ name: String) throws(FileError) -> [String] {
      try File.read("\(options.proc)/\(daemon)/\(name)", limit: 1 << 22).split(separator: 0)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    do throws(FileError) {
      let options = CRIOOptions(arguments: try words("cmdline"), environment: try words("environ"))
      return CRIODisk.configuration(files, options)
    } catch {
      // An environment variable could override any setting in the files.
      return .unknown(UnknownReason(error, "\(options.proc)/\(daemon)/environ"))
    }
  }
}
