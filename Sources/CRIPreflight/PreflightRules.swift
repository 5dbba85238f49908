internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
package import CRIRules
internal import CRISnapshot

/// The preflight checks, with one row for each rule. They concern containerd, its records on disk, its configuration,
/// CRI-O, or any runtime.
public enum PreflightRules {
  static let checks: [PreflightCheck] = containerd + records + configuration + crio + common

  /// The rules that have a check, in the order in which they are checked.
  package static let table: [Rule] = checks.map(\.rule)

  /// Applies one rule to the facts. Other commands use it for rules that have the same condition.
  package static func outcome(of id: RuleID, _ facts: PreflightFacts) -> PreflightOutcome {
    var outcome = PreflightOutcome()
    guard let check = checks.first(where: { $0.rule.id == id }) else { return outcome }
    do throws(UnknownReason) {
      try check.run(facts, &outcome)
    } catch {
      outcome.skip(error)
    }
    return outcome
  }
}

extension PreflightRules {
  static let common: [PreflightCheck] = [
    PreflightCheck(.networkReady) { (facts, found) throws(UnknownReason) in
      guard facts.snapshot.runtime.condition("NetworkReady") == false else { return }
      let condition = facts.condition("NetworkReady")
      found.add(
        ObjectName(.runtime), .condition(reason: condition?.reason ?? "", message: condition?.message ?? ""))
    },
    PreflightCheck(.networkConfiguration) { (facts, found) throws(UnknownReason) in
      guard try facts.networkConfigurations.get().isEmpty else { return }
      found.add(ObjectName(.node), .directory(facts.configuration.networkDirectory.value))
    },
    PreflightCheck(.networkPlugins) { (facts, found) throws(UnknownReason) in
      for fault in try facts.missingPlugins.get() { found.add(ObjectName(.node), .network(fault)) }
    },
    PreflightCheck(.runtimeOCIProgram) { (facts, found) throws(UnknownReason) in
      guard facts.containerd != nil else { return }
      for path in try facts.missingPrograms.get() { found.add(ObjectName(.runtime), .path(path)) }
    },
    PreflightCheck(.runtimeKillMode) { (facts, found) throws(UnknownReason) in
      guard !facts.readySandboxes.isEmpty, let unit = try facts.stoppedUnit.get() else { return }
      // containerd has a shim for each sandbox, and CRI-O a conmon for each container.
      let containers = Dictionary(grouping: facts.snapshot.containers, by: \.sandboxID)
      for record in facts.readySandboxes {
        let ids = [record.id] + (containers[record.id] ?? []).map(\.id)
        guard ids.contains(where: unit.supervised.contains) else { continue }
        found.add(.pod(record), .killMode(unit.killMode, unit: unit.name))
      }
    },
    PreflightCheck(.kubeletCgroupDriver) { (facts, found) throws(UnknownReason) in
      guard !facts.configuration.servesCgroupDriver else { return }
      try facts.compareDrivers(&found)
    },
    PreflightCheck(.kubeletCgroupDriverSetting) { (facts, found) throws(UnknownReason) in
      guard facts.configuration.servesCgroupDriver else { return }
      try facts.compareDrivers(&found)
    },
    PreflightCheck(.kubeletEndpoint) { (facts, found) throws(UnknownReason) in
      guard let endpoint = try facts.kubelet.endpoint.get(), !facts.kubelet.usesOurEndpoint else { return }
      found.add(ObjectName(.node), .endpoints(kubelet: endpoint, examined: facts.snapshot.daemon.socket))
    },
    PreflightCheck(.imagePausePresent) { (facts, found) throws(UnknownReason) in
      let image = try facts.configuration.pauseImage.get()
      let images = try facts.images()
      guard !image.isEmpty, !images.contains(where: { $0.hasName(image) }) else { return }
      found.add(ObjectName(.image, name: image), .notListed)
    },
    PreflightCheck(.containerNotStarted) { (facts, found) throws(UnknownReason) in
      facts.reportUnstartedContainers(&found)
    },
    PreflightCheck(.runtimeProgramReplaced) { (facts, found) throws(UnknownReason) in
      guard facts.snapshot.daemon.executable != nil else {
        throw UnknownReason(.daemonNotVisible)
      }
      if let program = facts.snapshot.daemon.replacedProgram { found.add(ObjectName(.runtime), .path(program)) }
    },
    PreflightCheck(.podNotReady) { (facts, found) throws(UnknownReason) in
      // Computed once for all pods, because a busy node has many.
      let pods = facts.snapshot.sandboxes.filter { !$0.isReady }.map(\.pod)
      if !pods.isEmpty { found.add(ObjectName(.runtime), .pods(pods)) }
    },
    PreflightCheck(.podCreatedInFuture) { (facts, found) throws(UnknownReason) in
      // The clock was read after the list, so a later creation time is in the future.
      for record in facts.snapshot.sandboxes where record.status.createdAt > facts.now {
        found.add(.pod(record), .createdLater(record.status.createdAt))
      }
    },
    PreflightCheck(.imagePresent) { (facts, found) throws(UnknownReason) in
      let images = try facts.images()
      let pulled = Set((facts.pulls ?? []).filter { $0.error == nil }.map(\.image))
      for container in facts.snapshot.containers where container.isRunning && !facts.hasImage(of: container, in: images)
      {
        let image = container.status.image?.image ?? ""
        if !pulled.contains(image) { found.add(facts.name(of: container), .image(image)) }
      }
    },
    PreflightCheck(.imagePullable) { (facts, found) throws(UnknownReason) in
      for pull in facts.pulls ?? [] {
        if let error = pull.error { found.add(ObjectName(.image, name: pull.image), .message(error)) }
      }
    },
    PreflightCheck(.imagePausePinned) { (facts, found) throws(UnknownReason) in
      let image = try facts.configuration.pauseImage.get()
      let present = try facts.images().filter { $0.hasName(image) }
      guard !present.isEmpty, !present.contains(where: \.pinned) else { return }
      found.add(ObjectName(.image, name: image))
    },
    PreflightCheck(.runtimeDeprecations) { (facts, found) throws(UnknownReason) in
      guard facts.target != nil else { return }
      for warning in facts.deprecations { found.add(ObjectName(.runtime), .message(warning)) }
    },
    PreflightCheck(.podSeveralSandboxes) { (facts, found) throws(UnknownReason) in
      let read = facts.readySandboxes.map { (id: $0.id, pod: $0.pod) }
      let others = facts.snapshot.unchecked.filter { $0.object?.kind == .pod && $0.isLive == true }.compactMap(\.object)
      let ready = (read + others.compactMap { object in object.pod.map { (object.id, $0) } })
        .filter { !$0.pod.uid.isEmpty }
      let pods = Dictionary(grouping: ready, by: \.pod.uid)
      for (id, pod) in ready {
        // Each pod is reported once, in the order of the list.
        guard let sandboxesOfPod = pods[pod.uid], sandboxesOfPod.count > 1, sandboxesOfPod[0].id == id else { continue }
        found.add(ObjectName(.pod, pod: pod, id: id), .sandboxes(sandboxesOfPod.map(\.id)))
      }
    },
    PreflightCheck(.runtimeTargetVersion) { (facts, found) throws(UnknownReason) in
      guard let target = facts.target, let runtime = Advisory.Product(rawValue: facts.snapshot.runtime.name) else {
        return
      }
      // If the containerd of a release is unknown, the advisories of the distribution apply.
      let (product, version) =
        facts.nextVersion.map { (runtime, $0) }
        ?? (Advisory.Product(of: target, runtime: runtime.rawValue) ?? runtime, target)
      // If the version does not change, the records on disk decide.
      guard version != facts.version else { return }
      for advisory in Advisories.table
      where advisory.product == product && advisory.rulesOutTarget && advisory.affectsRestarts(of: version) {
        found.add(ObjectName(.runtime), .defectiveVersion(product, version, advisory.id))
      }
    },
    PreflightCheck(.containerProcessAlive) { (facts, found) throws(UnknownReason) in
      let ended = try facts.endedProcesses.get()
      for record in facts.readySandboxes { if let pid = ended[record.id] { found.add(.pod(record), .process(pid)) } }
      for container in facts.snapshot.containers where container.isRunning {
        if let pid = ended[container.id] { found.add(facts.name(of: container), .process(pid)) }
      }
    },
    PreflightCheck(.recordDiskFull) { (facts, found) throws(UnknownReason) in
      let containers = facts.restoredContainers.filter(facts.isNeeded)
      guard !containers.isEmpty else { return }
      let space = try facts.recordSpace.get()
      guard space.isExhausted else { return }
      for container in containers { found.add(facts.name(of: container), .space(space)) }
    },
    PreflightCheck(.recordDiskNearlyFull) { (facts, found) throws(UnknownReason) in
      let count = facts.restoredContainers.count
      guard count > 0 else { return }
      let space = try facts.recordSpace.get()
      guard !space.isExhausted, !space.holds(count) else { return }
      found.add(ObjectName(.node), .littleSpace(space, containers: count))
    },
    PreflightCheck(.containerSeveralCopies) { (facts, found) throws(UnknownReason) in
      let ready = Set(facts.readySandboxes.map(\.id))
      var copied: Set<String> = []
      for copies in facts.snapshot.runningCopies.values where copies.count > 1 {
        // Another rule reports several ready sandboxes, each with its own containers.
        if Set(copies.map(\.sandboxID)).intersection(ready).count == copies.count { continue }
        copied.formUnion(copies.map(\.id))
      }
      for container in facts.snapshot.containers where copied.contains(container.id) {
        let pod = facts.snapshot.podName(of: container)
        found.add(ObjectName(.container, pod: pod, name: container.name, id: container.id))
      }
    },
    PreflightCheck(.containerSandboxMissing) { (facts, found) throws(UnknownReason) in
      for container in facts.snapshot.containersWithoutSandbox {
        let pod = facts.snapshot.podName(of: container)
        found.add(ObjectName(.container, pod: pod, name: container.name, id: container.id))
      }
    },
    PreflightCheck(.containerSandboxNotReady) { (facts, found) throws(UnknownReason) in
      let running = Dictionary(grouping: facts.snapshot.containers.filter(\.isRunning), by: \.sandboxID)
      for sandbox in facts.snapshot.sandboxesOutlivedByContainers {
        found.add(.pod(sandbox), .running((running[sandbox.id] ?? []).map(\.name).sorted()))
      }
    },
  ]
}

extension PreflightFacts {
  /// The containers whose state the runtime writes again when it starts: all containers for containerd and CRI-O, and
  /// none for other runtimes.
  var restoredContainers: [ContainerRecord] { containerd == nil && crio == nil ? [] : snapshot.containers }

  /// Returns a condition that the runtime reports.
  func condition(_ type: String) -> RuntimeCondition? { snapshot.runtime.conditions.first { $0.type == type } }

  /// containerd's own deprecation warnings, which it has reported since 1.6.27 and 1.7.12.
  var deprecations: [String] {
    let condition = snapshot.runtime.conditions.first { $0.type == "ContainerdHasNoDeprecationWarnings" && !$0.status }
    let warnings = condition.flatMap { try? JSON.parse($0.message) }?.objectValue
    return warnings?.compactMap { $0.value.stringValue } ?? []
  }

  func compareDrivers(_ found: inout PreflightOutcome) throws(UnknownReason) {
    let (runtimeDriver, kubeletDriver) = (try configuration.cgroupDriver.get(), try kubelet.cgroupDriver.get())
    guard runtimeDriver != kubeletDriver else { return }
    found.add(ObjectName(.node), .cgroupDrivers(kubelet: kubeletDriver, runtime: runtimeDriver))
  }

  func reportUnstartedContainers(_ found: inout PreflightOutcome) {
    for container in snapshot.containers where container.status.state == .created {
      found.add(name(of: container), .createdAndNotStarted(container.status.createdAt))
    }
  }

  /// The runtime's images.
  func images() throws(UnknownReason) -> [Image] {
    if let reason = snapshot.uncheckedImages { throw reason }
    return snapshot.images
  }

  func hasImage(of container: ContainerRecord, in images: [Image]) -> Bool {
    let names = [container.status.imageID, container.status.imageRef, container.status.image?.image ?? ""]
    return images.contains { image in names.contains { !$0.isEmpty && image.hasName($0) } }
  }

  /// The images that running containers use and the runtime no longer has, under the names that the containers use,
  /// without duplicates.
  package var absentImages: [String] {
    guard let images = try? images() else { return [] }
    var names: [String] = []
    for container in snapshot.containers where container.isRunning && !hasImage(of: container, in: images) {
      if let name = container.status.image?.image, !name.isEmpty, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The name of a container in the report.
  func name(of container: ContainerRecord) -> ObjectName {
    let pod = snapshot.sandboxes.first { $0.id == container.sandboxID }?.pod
    return ObjectName(.container, pod: pod, name: container.name, id: container.id)
  }
}
