package import CRIPreflight
package import CRISnapshot
internal import CRISystem

/// Asks CNI's plugins after the pods' networks with `CHECK`, which changes nothing (CNI specification, section 2).
///
/// A CRI-O that starts does the same, and forgets the addresses of each pod with which it fails: so it is done here
/// just as libcni does it, with the daemon's environment.
package struct CNICheck: Sendable {
  /// As many pods are asked after at a time.
  private static let workers = 8

  package var places: Places
  /// CRI-O: `network_dir`.
  package var folder: String
  /// CRI-O: `cni_default_network`; empty: the first one that is usable, by the file's name.
  package var network: String
  /// CRI-O: `plugin_dirs`.
  package var pluginFolders: [String]
  /// For one plugin.
  package var patience = Duration.seconds(5)
  /// For all of them.
  package var timeLimit = Duration.seconds(30)

  package init(places: Places = Places(), folder: String, network: String = "", pluginFolders: [String]) {
    self.places = places
    self.folder = folder
    self.network = network
    self.pluginFolders = pluginFolders
  }

  package func run(_ snapshot: Snapshot) async -> NetworkCheck {
    let pods = snapshot.sandboxes.filter { $0.isReady && !$0.isHostNetwork }
    if pods.isEmpty { return NetworkCheck() }
    let view = NodeView(daemon: snapshot.daemon.pid, places: places)
    let job: CNIPodCheck
    do throws(CNIFailure) {
      let plugins = CNIPlugins(
        folders: pluginFolders, environment: try environment(of: snapshot.daemon.pid, view), patience: patience,
        deadline: .now + timeLimit)
      let check = self
      let found = await onThread { check.choose(plugins) }
      job = CNIPodCheck(
        plugins: plugins, results: "\(view.cni)/results", network: network.isEmpty ? try found.get().name : network,
        onDisk: found)
    } catch {
      return NetworkCheck(error, of: pods)
    }
    let questions = pods.map {
      NamespaceReader.Question(path: $0.facts.networkNamespace ?? "", isSure: true, process: nil)
    }
    let limit = patience
    let namespaces = await onThread { NamespaceReader.read(questions, within: limit) }
    return await withTaskGroup(of: NetworkCheck.self) { group in
      var check = NetworkCheck()
      for (index, (pod, namespace)) in zip(pods, namespaces).enumerated() {
        if index >= Self.workers, let part = await group.next() { check.add(part) }
        group.addTask { await onThread { job.run(pod, namespace) } }
      }
      for await part in group { check.add(part) }
      check.unread.sort()
      return check
    }
  }

  /// - Throws: why the plugins would not find here what they find when CRI-O runs them.
  private func environment(of daemon: Int32?, _ view: NodeView) throws(CNIFailure) -> [String] {
    guard let daemon else { throw .unread("CNI's plugins: the runtime's own process cannot be seen from here") }
    let elsewhere = CNIFailure.unread(
      "CNI's plugins can be asked on the node itself only, with CRI-O's root and network")
    guard view.places.root.isEmpty else { throw elsewhere }
    let own = FileIdentity(of: "\(places.proc)/self/ns/net")
    if let own, let its = FileIdentity(of: "\(places.proc)/\(daemon)/ns/net"), its != own { throw elsewhere }
    guard ProcessTrust.isTrusted(daemon, proc: places.proc) else {
      throw .unread("CNI's plugins are not run: the runtime does not run as root on this node")
    }
    do throws(FileError) {
      return try File.read("\(places.proc)/\(daemon)/environ", limit: 1 << 22).split(separator: 0)
        .map { String(decoding: $0, as: UTF8.self) }.filter { !$0.hasPrefix("CNI_") }
    } catch {
      throw .unread("CNI's plugins: the runtime's environment: \(error); root can read it")
    }
  }

  /// The network that CRI-O takes: the first file that it can do with, or the first one of the name that it is told.
  func choose(_ plugins: CNIPlugins) -> Result<CNINetwork, CNIFailure> {
    var why = ""
    do throws(CNIFailure) {
      for file in try files() {
        do throws(CNIFailure) {
          let found = try CNINetwork(folder: folder, file: file)
          try plugins.validate(found)
          if network.isEmpty || found.name == network { return .success(found) }
        } catch {
          guard case .fault(let words) = error else { throw error }
          if why.isEmpty { why = ": \(words)" }
        }
      }
    } catch {
      return .failure(error)
    }
    return .failure(.fault("no usable CNI configuration\(network.isEmpty ? "" : " of \(network)") in \(folder)\(why)"))
  }

  private func files() throws(CNIFailure) -> [String] {
    do throws(FileError) {
      return try Directory.names(at: folder).sorted().filter { name in
        [".conf", ".conflist", ".json"].contains(where: name.hasSuffix) && !File.isFolder("\(folder)/\(name)")
      }
    } catch {
      if error == .noSuchFile { return [] }
      throw .unread("\(folder): \(error)")
    }
  }
}

extension NetworkCheck {
  init(_ failure: CNIFailure, of pods: [SandboxRecord]) {
    self.init()
    switch failure {
    case .fault(let words): faults = Dictionary(pods.map { ($0.id, words) }) { first, _ in first }
    case .unread(let words): unread = [words]
    }
  }

  fileprivate mutating func add(_ part: NetworkCheck) {
    faults.merge(part.faults) { first, _ in first }
    unread += part.unread.filter { !unread.contains($0) }
  }
}
