public import CRI
internal import CRIJSON
public import CRIPreflight
public import CRISnapshot
internal import CRISystem

/// What a look before the change may do, and where the node is.
public struct PreflightOptions: Hashable, Sendable {
  /// Who looks, such as `cri 0.1.0`.
  public var tool: String
  /// Where the node's file system is, such as where a container has it mounted; nil: where the runtime's process has it.
  public var root: String?
  /// The version that is to run after the change; nil: the same.
  public var target: RuntimeVersion?
  /// Whether images that running pods have and the runtime does not are pulled: that changes the node.
  public var pulls: Bool
  /// From a question to its answer.
  public var timeout: Duration

  public init(
    tool: String, root: String? = nil, target: RuntimeVersion? = nil, pulls: Bool = false,
    timeout: Duration = .seconds(30)
  ) {
    self.tool = tool
    self.root = root
    self.target = target
    self.pulls = pulls
    self.timeout = timeout
  }
}

extension Client {
  /// Reads all that decides what a restart would lose. What cannot be read is in it as unknown, with the reason.
  /// - Throws: where the runtime does not answer, so that there is nothing to say.
  public func preflightFacts(_ options: PreflightOptions) async throws(RPCError) -> PreflightFacts {
    // The runtime alone: what the kernel knows of the pods decides only what a CRI-O does, which asks for it below.
    let snapshot = try await snapshot(tool: options.tool, observed: nil)
    let root = options.root ?? NodeFiles.root(of: snapshot.daemon.pid)
    return try await PreflightReader(client: self, options: options, snapshot: snapshot, files: NodeFiles(root: root))
      .read()
  }
}

private struct PreflightReader {
  /// An image may be large, and its registry far.
  private static let pullTimeout = Duration.seconds(300)
  /// From the end of a record to the end of its entry in the runtime's list.
  private static let removalTime = Duration.milliseconds(250)

  let client: Client
  let options: PreflightOptions
  let snapshot: Snapshot
  let files: NodeFiles

  func read() async throws(RPCError) -> PreflightFacts {
    let info = try await client.runtime.status(StatusRequest(verbose: true)).info
    let served = await servedCgroupDriver()
    var facts = PreflightFacts(
      snapshot: snapshot, target: options.target,
      kubelet: KubeletConfiguration(files, asked: client.endpoint))
    // Whatever else is asked, a directory that is missing says something only where the runtime's own is there.
    let isNode: Bool
    switch snapshot.runtime.name {
    case "containerd":
      let config = document(info["config"])
      // After the snapshot, so that each sandbox in it is on disk by now.
      let store = await SandboxStore.read(from: client.endpoint, timeout: options.timeout)
      let records = await DiskRecords.read(from: client.endpoint, timeout: options.timeout)
      if let records = records.value { facts.snapshot = try await settled(records) }
      facts.configuration = RuntimeConfiguration(
        containerd: config, cni: document(info["cniconfig"]), facts.snapshot, served: served)
      let root = config["rootDir"]?.stringValue
      facts.containerd = ContainerdDisk(
        records: records, store: store, facts.snapshot, files, root: root, state: config["stateDir"]?.stringValue)
      isNode = root.map { (try? files.exists($0)) == true } ?? false
    case "cri-o":
      let config = document(info["config"])
      let configuration = CRIODisk.configuration(files, Self.arguments(of: snapshot.daemon.pid))
      let disk = CRIODisk(
        snapshot, files, configuration: configuration, status: config, paths: await paths(),
        networks: await networks(configuration))
      facts.configuration = RuntimeConfiguration(crio: config, files: disk.configuration, served: served)
      facts.crio = disk
      isNode = disk.configuration.value != nil
    default:
      isNode = false
      facts.configuration = RuntimeConfiguration(other: snapshot.runtime.name, served: served)
    }
    facts.networkConfigurations = networkConfigurations(facts.configuration.networkDirectory, isNode)
    if options.pulls { facts.pulls = await pull(facts.absentImages) }
    return facts
  }

  /// The snapshot without what was removed while the records were read: that has no record any more, and is no loss.
  private func settled(_ records: DiskRecords) async throws(RPCError) -> Snapshot {
    let known = Set(records.sandboxes.map(\.id) + records.containers.map(\.id) + records.malformed)
    guard !(snapshot.sandboxes.map(\.id) + snapshot.containers.map(\.id)).allSatisfy(known.contains) else {
      return snapshot
    }
    // containerd deletes a record a moment before it stops listing it.
    try? await Task.sleep(for: Self.removalTime)
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

  /// CRI: `RuntimeConfig`; nil where it is not served.
  private func servedCgroupDriver() async -> Observation<String>? {
    do throws(RPCError) {
      let driver = try await client.runtime.runtimeConfig().linux?.cgroupDriver
      return driver.map { .known($0 == .cgroupfs ? "cgroupfs" : "systemd") }
    } catch {
      return error.statusCode == .unimplemented ? nil : .unknown(UnknownReason(.callFailed, message: "\(error)"))
    }
  }

  private func networks(_ configuration: Observation<CRIOConfiguration>) async -> NetworkCheck {
    switch configuration {
    case .unknown(let reason): return NetworkCheck(unknown: [reason])
    case .known(let configuration):
      let paths = options.root.map { NodePaths(root: $0) } ?? NodePaths()
      return await CNICheck(
        paths: paths, folder: configuration.networkDirectory, network: configuration.defaultNetwork,
        pluginFolders: configuration.pluginDirectories
      ).run(snapshot)
    }
  }

  private func paths() async -> [String: CRIOPaths] {
    let client = client.sharing(client.budgetForDetails(keptPerAnswer: 1 << 10))
    var paths: [String: CRIOPaths] = [:]
    for sandbox in snapshot.sandboxes where sandbox.isReady {
      let request = PodSandboxStatusRequest(podSandboxID: sandbox.id, verbose: true)
      guard let answer = try? await client.runtime.podSandboxStatus(request) else { continue }
      paths[sandbox.id] = CRIOPaths(info: answer.info["info"] ?? "")
    }
    return paths
  }

  /// Files that a runtime takes for a CNI configuration, and that are one.
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

  /// A plugin's configuration, or a list of them.
  private static func isNetwork(_ bytes: [UInt8]) -> Bool {
    guard let root = try? JSON.parse(bytes) else { return false }
    return root["type"]?.stringValue?.isEmpty == false || root["plugins"]?.arrayValue?.isEmpty == false
  }

  private func pull(_ images: [String]) async -> [ImagePull] {
    var pulls: [ImagePull] = []
    for image in images {
      do throws(RPCError) {
        let request = PullImageRequest(image: ImageSpec(image: image))
        _ = try await client.images.pullImage(request, timeout: Self.pullTimeout)
        pulls.append(ImagePull(image: image))
      } catch {
        let words = if case .status(let status) = error { status.message } else { "\(error)" }
        pulls.append(ImagePull(image: image, error: words))
      }
    }
    return pulls
  }

  private func document(_ text: String?) -> JSON { text.flatMap { try? JSON.parse($0) } ?? .null }

  /// The daemon's command line; empty where its process cannot be seen.
  private static func arguments(of pid: Int32?) -> [String] {
    guard let pid, let bytes = try? File.read("/proc/\(pid)/cmdline", limit: 1 << 20) else { return [] }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
