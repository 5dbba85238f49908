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
  ]
}

extension PreflightFacts {
  fileprivate func crioDisk() throws(UnknownReason) -> CRIODisk {
    guard let crio else { throw .notExamined }
    return crio
  }

  /// The fault that would cost every pod its address, if it can be detected without calling the CNI plugins.
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
