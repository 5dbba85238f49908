internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  static let crio: [PreflightCheck] = [
    PreflightCheck(
      "O1", .crio, .critical, .pods, "CNI cannot give its address back",
      because:
        "CRI-O asks CNI once, when it starts: the pod is READY without an address then, and kubelet recreates it",
      instead:
        "put the CNI configuration, its cache and the interfaces in order and wait for NetworkReady before any restart, or drain the node"
    ) { (facts, found) throws(Unchecked) in
      let pods = facts.readySandboxes.filter { !$0.isHostNetwork }
      let disk = try facts.crioDisk()
      // What the running one says of the network counts only where CNI cannot be asked what the next one will hear.
      if !disk.networks.unread.isEmpty, let why = facts.crioNetworkFault(disk) {
        for record in pods { found.hit(.pod(record), why) }
        return
      }
      for record in pods {
        if let fault = disk.networks.faults[record.id] { found.hit(.pod(record), fault) }
      }
      // Also beside faults: who lives on is not known then.
      for why in disk.networks.unread { found.skip(why) }
    },
    PreflightCheck(
      "O2", .crio, .critical, .pods, "CRI-O will wipe it when it starts",
      because: "internal_wipe removes every pod where the version file has another minor version (cri-o#8739)",
      instead: "drain the node, or set internal_wipe = false in [crio] before the change"
    ) { (facts, found) throws(Unchecked) in
      guard let detail = try facts.wipe(&found) else { return }
      for record in facts.readySandboxes { found.hit(.pod(record), detail) }
    },
    PreflightCheck(
      "O3", .crio, .critical, .containers, "its containers were made with another default runtime",
      because: "CRI-O looks for them with the new one and cannot manage them any more (cri-o#8626, cri-o#8705)",
      instead: "set default_runtime to what it was, or drain the node"
    ) { (facts, found) throws(Unchecked) in
      let pods = facts.readySandboxes.filter { ($0.facts.runtimeHandler ?? $0.status.runtimeHandler).isEmpty }
      guard !pods.isEmpty else { return }
      let disk = try facts.crioDisk()
      let running = try disk.defaultRuntime.get()
      guard let next = try facts.nextDefaultRuntime(running), next != running else { return }
      for record in pods { found.hit(.pod(record), "\(running) now, \(next) after it") }
    },
    PreflightCheck(
      "O4", .crio, .critical, .pods, "what restores it is missing",
      because: "CRI-O deletes what it cannot restore: a pod with all its containers",
      instead: "do not restart; drain the node, and let kubelet make the pod anew"
    ) { (facts, found) throws(Unchecked) in
      let missing = try facts.crioDisk().missingState.get()
      for record in facts.readySandboxes {
        if let paths = missing[record.id] { found.hit(.pod(record), paths.joined(separator: ", ")) }
      }
      for container in facts.snapshot.containers {
        if let paths = missing[container.id] {
          found.hit(facts.name(of: container), paths.joined(separator: ", "))
        }
      }
    },
  ]
}

extension PreflightFacts {
  fileprivate func crioDisk() throws(Unchecked) -> CRIODisk {
    guard let crio else { throw Unchecked(why: "nobody looked at CRI-O's disk") }
    return crio
  }

  /// What keeps every pod from its address, as far as it is seen without CNI's plugins.
  fileprivate func crioNetworkFault(_ disk: CRIODisk) -> String? {
    // One that is named may be in the cache alone.
    guard disk.configuration.value?.defaultNetwork.isEmpty != false else { return nil }
    if snapshot.runtime.condition("NetworkReady") == false {
      return "the network is not ready: \(words(ofCondition: "NetworkReady"))"
    }
    guard networkConfigurations.value?.isEmpty == true else { return nil }
    return "no CNI configuration in \(configuration.networkDirectory.value ?? "its directory")"
  }

  /// Why the next start wipes; nil where it does not.
  fileprivate func wipe(_ found: inout PreflightOutcome) throws(Unchecked) -> String? {
    let disk = try crioDisk()
    guard !isNextUnknown else { throw .replaced }
    guard let next = target ?? version else {
      throw Unchecked(why: "the version \"\(snapshot.runtime.version)\" is in no known form")
    }
    let configuration = try disk.configuration.get()
    guard configuration.wipes ?? CRIOConfiguration.wipesByDefault(next) else {
      if configuration.wipes == nil { found.skip("before 1.22 the service crio-wipe decides") }
      return nil
    }
    if let detail = Self.difference(try disk.persistentVersionFile.get(), next) { return "\(detail); images too" }
    return Self.difference(try disk.versionFile.get(), next)
  }

  private static func difference(_ file: CRIODisk.VersionFile, _ next: RuntimeVersion) -> String? {
    switch file {
    case .off: return nil
    case .missing(let path): return "\(path) is missing, which CRI-O takes for a reboot"
    case .written(let path, let text):
      guard let version = RuntimeVersion(text) else { return "\(path) holds no version" }
      return version.isSameMinor(as: next) ? nil : "\(version.major).\(version.minor) in \(path), \(next) starts"
    }
  }

  /// The default runtime after the change; nil where it stays what it is.
  fileprivate func nextDefaultRuntime(_ running: String) throws(Unchecked) -> String? {
    if let configured = try crioDisk().configuration.get().defaultRuntime { return configured }
    // Nothing is configured, so that a version's own default counts: it changes only with the version.
    guard !isNextUnknown else { throw .replaced }
    guard let target, let version else { return nil }
    let (before, after) = (
      CRIOConfiguration.defaultRuntime(of: version), CRIOConfiguration.defaultRuntime(of: target)
    )
    return before == after ? nil : after
  }
}
