internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  static let crio: [PreflightCheck] = [
    PreflightCheck(.networkCNICheck) { (facts, found) throws(UnknownReason) in
      let pods = facts.readySandboxes.filter { !$0.isHostNetwork }
      let disk = try facts.crioDisk()
      // Use the running daemon's network condition only if the CNI plugins could not be called.
      if !disk.networks.unknown.isEmpty, let fault = facts.crioNetworkFault(disk) {
        for record in pods { found.add(.pod(record), fault) }
        return
      }
      for record in pods {
        if let fault = disk.networks.faults[record.id] { found.add(.pod(record), .network(fault)) }
      }
      // Report these reasons even if there are faults, because the other pods could not be checked.
      for reason in disk.networks.unknown { found.skip(reason) }
    },
    PreflightCheck(.runtimeWipe) { (facts, found) throws(UnknownReason) in
      guard let detail = try facts.wipe(&found) else { return }
      for record in facts.readySandboxes { found.add(.pod(record), detail) }
    },
    PreflightCheck(.runtimeDefaultOCI) { (facts, found) throws(UnknownReason) in
      let pods = facts.readySandboxes.filter { ($0.facts.runtimeHandler ?? $0.status.runtimeHandler).isEmpty }
      guard !pods.isEmpty else { return }
      let disk = try facts.crioDisk()
      let running = try disk.defaultRuntime.get()
      guard let next = try facts.nextDefaultRuntime(running), next != running else { return }
      for record in pods { found.add(.pod(record), .defaultRuntime(now: running, next: next)) }
    },
    PreflightCheck(.recordRestorable) { (facts, found) throws(UnknownReason) in
      let missing = try facts.crioDisk().missingState.get()
      for record in facts.readySandboxes {
        if let files = missing[record.id] { found.add(.pod(record), .missingState(files)) }
      }
      for container in facts.snapshot.containers {
        if let files = missing[container.id] { found.add(facts.name(of: container), .missingState(files)) }
      }
    },
    PreflightCheck(.runtimeCRIOConfiguration) { (facts, found) throws(UnknownReason) in
      let disk = try facts.crioDisk()
      let configuration: CRIOConfiguration
      switch disk.configuration {
      case .known(let known): configuration = known
      case .unknown(let reason):
        guard CRIOConfigurationFault.codes.contains(reason.code) else { throw reason }
        return found.add(ObjectName(.runtime), .invalidFile(reason))
      }
      if let name = configuration.defaultRuntime, try !facts.isDefined(name, in: configuration) {
        found.add(ObjectName(.runtime), .undefinedDefault(name, key: "default_runtime"))
      }
      for program in try disk.start.get().missingPrograms { found.add(ObjectName(.runtime), .missingProgram(program)) }
    },
    PreflightCheck(.runtimeStorageConfigured) { (facts, found) throws(UnknownReason) in
      guard let start = try facts.crioStart() else { return }
      for (setting, change) in [(PathSetting.storage, start.storage), (.runroot, start.state)] {
        guard let change else { continue }
        // Only pods without an infra container have files in the directory of temporary data.
        for record in facts.readySandboxes where setting == .storage || record.facts.hasNoPause {
          found.add(.pod(record), .pathChanges(setting, now: change.now, next: change.next))
        }
        // One reason is enough for a pod.
        return
      }
    },
    PreflightCheck(.runtimeOCIRootConfigured) { (facts, found) throws(UnknownReason) in
      guard let start = try facts.crioStart(), !start.ociRoots.isEmpty else { return }
      let handlers = Dictionary(facts.readySandboxes.map { ($0.id, $0.facts.runtimeHandler ?? "") }) { $1 }
      for container in facts.snapshot.containers where container.isRunning {
        guard var handler = handlers[container.sandboxID] else { continue }
        if handler.isEmpty { handler = try facts.crioDisk().defaultRuntime.get() }
        guard let change = start.ociRoots[handler] else { continue }
        found.add(facts.name(of: container), .pathChanges(.runtimeRoot, now: change.now, next: change.next))
      }
    },
    PreflightCheck(.runtimeCRIOAddress) { (facts, found) throws(UnknownReason) in
      guard let change = try facts.crioStart()?.address else { return }
      found.add(ObjectName(.runtime), .pathChanges(.address, now: change.now, next: change.next))
    },
  ]
}

extension PreflightFacts {
  /// What CRI-O's next start will find; nil if it does not start, which another rule reports.
  fileprivate func crioStart() throws(UnknownReason) -> CRIOStart? {
    let disk = try crioDisk()
    if case .unknown(let reason) = disk.configuration, CRIOConfigurationFault.codes.contains(reason.code) { return nil }
    return try disk.start.get()
  }

  /// Whether a runtime handler has a table, or is the one that CRI-O defines itself.
  fileprivate func isDefined(_ handler: String, in configuration: CRIOConfiguration) throws(UnknownReason) -> Bool {
    if configuration.handlers.contains(handler) { return true }
    guard ["crun", "runc"].contains(handler) else { return false }
    guard let nextVersion else { throw .unknownNextVersion }
    return CRIOConfiguration.defaultRuntime(of: nextVersion) == handler
  }

  fileprivate func crioDisk() throws(UnknownReason) -> CRIODisk {
    guard let crio else { throw .notExamined }
    return crio
  }

  /// The fault because of which every pod would lose its address, if it can be detected without calling the CNI
  /// plugins.
  fileprivate func crioNetworkFault(_ disk: CRIODisk) -> PreflightDetail? {
    // A network that is configured by name may exist only in CNI's cache.
    guard disk.configuration.value?.defaultNetwork.isEmpty != false else { return nil }
    if snapshot.runtime.condition("NetworkReady") == false {
      let condition = condition("NetworkReady")
      return .networkNotReady(reason: condition?.reason ?? "", message: condition?.message ?? "")
    }
    guard networkConfigurations.value?.isEmpty == true else { return nil }
    return .noNetworkConfiguration(directory: configuration.networkDirectory.value)
  }

  /// The reason why the next start removes the pods; nil if it does not.
  fileprivate func wipe(_ found: inout PreflightOutcome) throws(UnknownReason) -> PreflightDetail? {
    let disk = try crioDisk()
    guard !isNextUnknown else { throw .unknownNextVersion }
    guard let next = target ?? version else {
      throw UnknownReason(.unknownVersionForm, message: snapshot.runtime.version)
    }
    let configuration = try disk.configuration.get()
    guard configuration.wipes ?? CRIOConfiguration.wipesByDefault(next) else {
      if configuration.wipes == nil { found.skip(UnknownReason(.externalWipe)) }
      return nil
    }
    if let fault = Self.fault(try disk.persistentVersionFile.get(), next) {
      return .versionFile(fault, losesImages: true)
    }
    return Self.fault(try disk.versionFile.get(), next).map { .versionFile($0, losesImages: false) }
  }

  private static func fault(_ file: CRIODisk.VersionFile, _ next: RuntimeVersion) -> VersionFileFault? {
    switch file {
    case .off: return nil
    case .missing(let path): return .missing(path: path)
    case .written(let path, let text):
      guard let version = RuntimeVersion(text) else { return .malformed(path: path) }
      return version.isSameMinor(as: next)
        ? nil : .otherMinor(path: path, major: version.major, minor: version.minor, next: next)
    }
  }

  /// The default runtime after the change; nil if it does not change.
  fileprivate func nextDefaultRuntime(_ running: String) throws(UnknownReason) -> String? {
    if let configured = try crioDisk().configuration.get().defaultRuntime { return configured }
    // If the setting is not configured, each version's default applies, so only a different version changes it.
    guard !isNextUnknown else { throw .unknownNextVersion }
    guard let target, let version else { return nil }
    let (before, after) = (
      CRIOConfiguration.defaultRuntime(of: version), CRIOConfiguration.defaultRuntime(of: target)
    )
    return before == after ? nil : after
  }
}
