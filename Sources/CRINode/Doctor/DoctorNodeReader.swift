internal import CRI
internal import CRIDoctor
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Reads the facts about kubelet, CNI, logs and disks that the doctor rules examine. It blocks, so call it on a
/// separate thread.
struct DoctorNodeReader: Sendable {
  /// A lease that is younger, in seconds, may belong to a pod that is being created; kubelet gives up after four
  /// minutes.
  private static let creationTime: Int64 = 300
  /// The number of characters of a log line that a report contains.
  private static let maximumLineLength = 200

  /// Where the runtimes keep their images by default.
  private static let usualRoots = ["/var/lib/containerd", "/var/lib/containers/storage"]

  let snapshot: Snapshot
  let responses: RuntimeResponses
  let files: NodeFiles
  let endpoint: Endpoint
  let paths: NodePaths

  func read() -> DoctorFacts {
    let daemon = snapshot.daemon.pid
    let info = responses.status?.info
    let (config, cni) = (document(info?["config"]), document(info?["cniconfig"]))
    let settings = KubeletSettings.read(files, beside: daemon, proc: paths.proc)
    var node = PreflightFacts(
      snapshot: snapshot, kubelet: KubeletConfiguration(settings, files, asked: endpoint))
    let network = NetworkFiles(files: files)
    var isNode = false
    var networks = Observation<[HostLocalNetwork]>.known([])
    switch snapshot.runtime.name {
    case "containerd":
      node.configuration = RuntimeConfiguration(
        containerd: config, cni: cni, snapshot, served: responses.cgroupDriver)
      let root = config["rootDir"]?.stringValue
      let hidden = HiddenDatabase.path(openedBy: daemon, files, beside: root, proc: paths.proc)
      node.containerd = ContainerdDisk(hiddenDatabase: hidden)
      isNode = files.isNode(ofRoot: root, hidden)
      node.recordSpace = recordSpace(root.map { "\($0)/containers" })
      node.missingPlugins = network.missingPlugins(cni, isNode)
      node.missingPrograms = OCIPrograms(
        configuration: config, snapshot: snapshot, files: files, proc: paths.proc
      ).missing(isNode)
      networks = HostLocalNetwork.all(inContainerd: cni)
    case "cri-o":
      let configuration = CRIODisk.configuration(files, of: daemon, proc: paths.proc)
      node.configuration = RuntimeConfiguration(crio: config, files: configuration, served: responses.cgroupDriver)
      node.crio = CRIODisk()
      isNode = configuration.value != nil
      // CRI-O keeps its containers' records beside the images.
      node.recordSpace = recordSpace(responses.imageFileSystems?.first)
      let chosen = self.chosen(by: configuration, network)
      node.missingPlugins = missingPlugins(of: chosen, configuration.value, network)
      networks = chosen.map { $0.compactMap { HostLocalNetwork(name: $0.name, plugins: $0.plugins) } }
    default:
      node.configuration = RuntimeConfiguration(other: snapshot.runtime.name, served: responses.cgroupDriver)
    }
    let configurations = network.configurations(in: node.configuration.networkDirectory, isNode)
    node.networkConfigurations = configurations.map(\.usable)
    var facts = DoctorFacts(node: node)
    let directory = node.configuration.networkDirectory.value ?? ""
    facts.damagedConfigurations = configurations.map { $0.damaged.map { "\(directory)/\($0)" } }
    facts.hasKubeletDirectory = .known(kubeletDirectory != nil)
    facts.logSizes = .known(logSizes())
    facts.fileSystems = fileSystems()
    facts.evictionThresholds = EvictionThresholds(settings)
    facts.addressPools = networks.map { $0.flatMap(\.pools) }
    readLeases(networks, &facts)
    return facts
  }

  private func document(_ text: String?) -> JSON { text.flatMap { try? JSON.parse($0) } ?? .null }

  /// The directory of kubelet's data, if it exists.
  private var kubeletDirectory: String? {
    KubeletReader.directories.first { (try? files.exists("\($0)/pods")) == true }
  }

  /// The space in the directory of the runtime's records.
  private func recordSpace(_ directory: String?) -> Observation<RecordSpace> {
    guard let directory else { return .unknown(UnknownReason(.notReported, setting: .containerDirectory)) }
    return RecordSpace.read(directory, files, beside: Observation.known(true))
  }

  /// The network that CRI-O uses: the first valid configuration, or the one that its configuration names.
  private func chosen(
    by configuration: Observation<CRIOConfiguration>, _ network: NetworkFiles
  ) -> Observation<[CNINetwork]> {
    guard let configuration = configuration.value else { return .unknown(configuration.reason ?? .notExamined) }
    let directory = configuration.networkDirectory
    return network.configurations(in: .known(directory), true).map { found in
      let networks = found.usable.compactMap { name in
        (try? files.read("\(directory)/\(name)")).flatMap { CNINetwork($0) }
      }
      let name = configuration.defaultNetwork
      return Array(networks.filter { name.isEmpty || $0.name == name }.prefix(1))
    }
  }

  private func missingPlugins(
    of networks: Observation<[CNINetwork]>, _ configuration: CRIOConfiguration?, _ network: NetworkFiles
  ) -> Observation<[CNIFault]> {
    guard let networks = networks.value, let configuration else { return .unknown(networks.reason ?? .notExamined) }
    let names = networks.flatMap(\.plugins).flatMap { [$0["type"]?.stringValue, $0["ipam"]?["type"]?.stringValue] }
    return network.missing(names.compactMap { $0 }, in: configuration.pluginDirectories)
  }

  private func readLeases(_ networks: Observation<[HostLocalNetwork]>, _ facts: inout DoctorFacts) {
    guard let networks = networks.value else {
      facts.leases = .unknown(networks.reason ?? .notExamined)
      return
    }
    let view = NodeView(daemon: snapshot.daemon.pid, paths: paths)
    var leases: [HostLocalLease] = []
    for network in networks {
      let parent = network.directory.map { view.paths.root + $0 } ?? "\(view.cni)/networks"
      let directory = "\(parent)/\(network.name)"
      switch HostLocal.leases(in: directory, network: network.name, youngerThan: Self.creationTime) {
      case .known(let found):
        leases += found.all
        facts.youngLeases.formUnion(found.young)
        facts.leaseDirectories[network.name] = directory
      case .unknown(let reason):
        facts.leases = .unknown(reason)
        return
      }
    }
    facts.leases = .known(leases)
  }

  /// The last lines of the logs of the containers that have failed repeatedly.
  func lastLines() -> [String: String] {
    let view = NodeView(daemon: snapshot.daemon.pid, paths: paths)
    let failed = snapshot.containers.filter {
      $0.hasEnded && $0.status.exitCode != 0 && $0.restarts >= DoctorLimits.crashes - 1 && $0.logPath.hasPrefix("/")
    }.sorted { $0.status.finishedAt > $1.status.finishedAt }
    var lines: [String: String] = [:]
    for container in failed.prefix(LogEnd.maximumLogs) {
      let last = LogEnd.lines(at: view.path(container.logPath)).last { !$0.isEmpty }
      lines[container.id] = last.map { String($0.prefix(Self.maximumLineLength)) }
    }
    return lines
  }

  private func logSizes() -> [String: UInt64] {
    let view = NodeView(daemon: snapshot.daemon.pid, paths: paths)
    var sizes: [String: UInt64] = [:]
    for container in snapshot.containers where container.isRunning && container.logPath.hasPrefix("/") {
      // A missing log has its own rule.
      guard let status = try? File.status(of: view.path(container.logPath)) else { continue }
      sizes[container.id] = UInt64(max(status.size, 0))
    }
    return sizes
  }

  private func fileSystems() -> Observation<[FileSystemUse]> {
    if responses.unreachable == nil, let reason = responses.unreadImageFileSystems { return .unknown(reason) }
    // A full disk may be the reason why the runtime does not run.
    let usual = responses.unreachable == nil ? [] : Self.usualRoots.filter { (try? files.exists($0)) == true }
    let images = (responses.imageFileSystems ?? usual).map { (FileSystemUse.Purpose.images, $0) }
    let node = kubeletDirectory.map { (FileSystemUse.Purpose.node, $0) }
    var uses: [FileSystemUse] = []
    for (purpose, path) in images + [node].compactMap({ $0 }) {
      do throws(FileError) {
        let size = try files.size(at: path)
        uses.append(
          FileSystemUse(
            purpose: purpose, path: path, size: size.size, available: size.available, inodes: size.inodes,
            freeInodes: size.freeInodes))
      } catch {
        return .unknown(NodeFiles.reason(path, error))
      }
    }
    if uses.isEmpty { return .unknown(UnknownReason(.notReported, setting: .directories)) }
    return .known(uses)
  }
}
