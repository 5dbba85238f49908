package import CRIPreflight
package import CRISnapshot
internal import CRISystem

/// Runs the CNI plugins of the pods' networks with `CHECK`, which changes nothing (CNI specification, section 2).
///
/// CRI-O does the same when it starts, and drops the addresses of every pod for which a plugin fails. So this type
/// runs the plugins as libcni does, with the daemon's environment.
package struct CNICheck: Sendable {
  /// The number of pods that are checked concurrently.
  private static let workers = 8

  package var paths: NodePaths
  /// CRI-O: `network_dir`.
  package var directory: String
  /// CRI-O: `cni_default_network`; if it is empty, the first valid configuration in the order of file names is used.
  package var network: String
  /// CRI-O: `plugin_dirs`.
  package var pluginDirectories: [String]
  /// The timeout for one plugin.
  package var timeout = Duration.seconds(5)
  /// The timeout for all plugins together.
  package var timeLimit = Duration.seconds(30)

  package init(paths: NodePaths = NodePaths(), directory: String, network: String = "", pluginDirectories: [String]) {
    self.paths = paths
    self.directory = directory
    self.network = network
    self.pluginDirectories = pluginDirectories
  }

  package func run(_ snapshot: Snapshot) async -> NetworkCheck {
    let pods = snapshot.sandboxes.filter { $0.isReady && !$0.isHostNetwork }
    if pods.isEmpty { return NetworkCheck() }
    let view = NodeView(daemon: snapshot.daemon.pid, paths: paths)
    let job: CNIPodCheck
    do throws(CNIFailure) {
      let plugins = CNIPlugins(
        directories: pluginDirectories, environment: try environment(of: snapshot.daemon.pid, view), timeout: timeout,
        deadline: .now + timeLimit)
      let check = self
      let found = await onThread { check.choose(plugins) }
      job = CNIPodCheck(
        plugins: plugins, results: "\(view.cni)/results", network: network.isEmpty ? try found.get().name : network,
        onDisk: found)
    } catch {
      return NetworkCheck(error, of: pods)
    }
    let targets = pods.map {
      NamespaceReader.Target(path: $0.facts.networkNamespace ?? "", isConfirmed: true, process: nil)
    }
    let limit = timeout
    let namespaces = await onThread { NamespaceReader.read(targets, within: limit) }
    return await withTaskGroup(of: NetworkCheck.self) { group in
      var check = NetworkCheck()
      for (index, (pod, namespace)) in zip(pods, namespaces).enumerated() {
        if index >= Self.workers, let part = await group.next() { check.add(part) }
        group.addTask { await onThread { job.run(pod, namespace) } }
      }
      for await part in group { check.add(part) }
      check.unknown.sort { $0.sortKey < $1.sortKey }
      return check
    }
  }

  /// - Throws: The reason why the plugins would not find the same state here as when CRI-O runs them.
  private func environment(of daemon: Int32?, _ view: NodeView) throws(CNIFailure) -> [String] {
    guard let daemon else { throw .unknown(UnknownReason(.daemonNotVisible)) }
    let elsewhere = CNIFailure.unknown(UnknownReason(.cniElsewhere))
    guard view.paths.root.isEmpty else { throw elsewhere }
    let own = FileIdentity(of: "\(paths.proc)/self/ns/net")
    if let own, let theirs = FileIdentity(of: "\(paths.proc)/\(daemon)/ns/net"), theirs != own { throw elsewhere }
    guard ProcessTrust.isTrusted(daemon, proc: paths.proc) else { throw .unknown(UnknownReason(.daemonNotTrusted)) }
    do throws(FileError) {
      return try File.read("\(paths.proc)/\(daemon)/environ", limit: 1 << 22).split(separator: 0)
        .map { String(decoding: $0, as: UTF8.self) }.filter { !$0.hasPrefix("CNI_") }
    } catch {
      throw .unknown(UnknownReason(.cniEnvironment, errno: error.errno?.rawValue, message: "\(error)"))
    }
  }

  /// Returns the network that CRI-O uses: the first valid configuration file, or the first with the configured name.
  func choose(_ plugins: CNIPlugins) -> Result<CNINetwork, CNIFailure> {
    var cause: CNIFault?
    do throws(CNIFailure) {
      for file in try files() {
        do throws(CNIFailure) {
          let found = try CNINetwork(directory: directory, file: file)
          try plugins.validate(found)
          if network.isEmpty || found.name == network { return .success(found) }
        } catch {
          guard case .fault(let fault) = error else { throw error }
          cause = cause ?? fault
        }
      }
    } catch {
      return .failure(error)
    }
    return .failure(.fault(.noConfiguration(network: network, directory: directory, cause: cause)))
  }

  private func files() throws(CNIFailure) -> [String] {
    do throws(FileError) {
      return try Directory.names(at: directory).sorted().filter { name in
        [".conf", ".conflist", ".json"].contains(where: name.hasSuffix) && !File.isDirectory("\(directory)/\(name)")
      }
    } catch {
      if error == .noSuchFile { return [] }
      throw .unknown(UnknownReason(error, directory))
    }
  }
}

extension NetworkCheck {
  init(_ failure: CNIFailure, of pods: [SandboxRecord]) {
    self.init()
    switch failure {
    case .fault(let fault): faults = Dictionary(pods.map { ($0.id, fault) }) { first, _ in first }
    case .unknown(let reason): unknown = [reason]
    }
  }

  fileprivate mutating func add(_ part: NetworkCheck) {
    faults.merge(part.faults) { first, _ in first }
    unknown += part.unknown.filter { !unknown.contains($0) }
  }
}
