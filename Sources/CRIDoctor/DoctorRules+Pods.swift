internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension DoctorRules {
  static let pods: [DoctorCheck] = [
    DoctorCheck(.podOutlivedSandbox) { (facts, found) throws(UnknownReason) in
      let containers = try facts.containersBySandbox()
      for sandbox in try facts.sandboxes() where !sandbox.isReady {
        let running = (containers[sandbox.id] ?? []).filter(\.isRunning)
        if !running.isEmpty { found.add(.pod(sandbox), .running(running.map(\.name).sorted())) }
      }
    },
    DoctorCheck(
      .podTwoReady, as: .podSeveralSandboxes, needs: { facts throws(UnknownReason) in try !facts.sandboxes().isEmpty }),
    DoctorCheck(.podEmpty) { (facts, found) throws(UnknownReason) in
      let containers = try facts.containersBySandbox()
      let unread = Set(facts.statuses.filter { $0.call.outcome != .answered }.map(\.sandboxID))
      for sandbox in try facts.sandboxes()
      where sandbox.isReady && containers[sandbox.id] == nil && !unread.contains(sandbox.id) {
        let age = facts.age(of: sandbox.status.createdAt)
        if age >= DoctorLimits.emptyPod { found.add(.pod(sandbox), .age(age)) }
      }
    },
    DoctorCheck(.containerStuckCreated) { (facts, found) throws(UnknownReason) in
      for container in try facts.containers() where container.status.state == .created {
        let age = facts.age(of: container.status.createdAt)
        if age >= DoctorLimits.startTime { found.add(facts.name(of: container), .age(age)) }
      }
    },
    DoctorCheck(.containerUnknownState) { (facts, found) throws(UnknownReason) in
      for container in try facts.containers() where container.status.state == .unknown {
        found.add(facts.name(of: container))
      }
    },
    DoctorCheck(.containerCrashLoop) { (facts, found) throws(UnknownReason) in
      for (newest, last) in try facts.crashed() where facts.isCrashLoop(newest, last) {
        found.add(
          facts.name(of: newest),
          .crashes(
            restarts: newest.restarts, exitCode: last.status.exitCode, reason: last.status.reason,
            ago: facts.age(of: last.status.finishedAt), lastLine: facts.lastLines[last.id]))
      }
    },
    DoctorCheck(.containerOOMKilled) { (facts, found) throws(UnknownReason) in
      for (newest, last) in try facts.crashed()
      where last.status.reason == "OOMKilled" && !facts.isCrashLoop(newest, last) {
        let ago = facts.age(of: last.status.finishedAt)
        if ago < DoctorLimits.recentOOMKill { found.add(facts.name(of: newest), .ended(ago: ago)) }
      }
    },
    DoctorCheck(
      .containerProcessGone, as: .containerProcessAlive,
      needs: { facts throws(UnknownReason) in
        let sandboxes = try facts.sandboxes()
        let containers = try facts.containers()
        return !sandboxes.isEmpty || !containers.isEmpty
      }),
    DoctorCheck(.containerUnmonitored) { (facts, found) throws(UnknownReason) in
      let containers = try facts.containers()
      // Otherwise the shims may be where `cri` cannot see them.
      let seesProcesses = facts.snapshot.seesProcesses
      for container in containers where container.isRunning {
        switch container.observed?.process {
        case nil: found.skip(.notExamined)
        case .unknown(let reason): found.skip(reason)
        case .known(let process):
          if seesProcesses, let alive = process.alive, alive.shim == nil { found.add(facts.name(of: container)) }
        }
      }
    },
    DoctorCheck(.containerNoLogFile) { (facts, found) throws(UnknownReason) in
      for container in try facts.containers() {
        switch container.observed?.hasLog {
        case .known(false): found.add(facts.name(of: container), .path(container.logPath))
        case .unknown(let reason): found.skip(reason)
        case .known(true), nil: break
        }
      }
    },
    DoctorCheck(.containerHugeLog) { (facts, found) throws(UnknownReason) in
      let sizes = try facts.logSizes.get()
      for container in try facts.containers() {
        guard let size = sizes[container.id], size >= DoctorLimits.hugeLog else { continue }
        found.add(facts.name(of: container), .file(path: container.logPath, size: size))
      }
    },
  ]
}

extension ContainerRecord {
  /// How often kubelet has started the container again.
  package var restarts: UInt32 { max(status.metadata?.attempt ?? 0, restartCount.flatMap(UInt32.init) ?? 0) }
}

extension DoctorFacts {
  /// The containers of ready sandboxes that have ended at least once, each with the attempt that ended last.
  fileprivate func crashed() throws(UnknownReason) -> [(newest: ContainerRecord, last: ContainerRecord)] {
    let containers = try containersBySandbox()
    var crashed: [(ContainerRecord, ContainerRecord)] = []
    for sandbox in try sandboxes() where sandbox.isReady {
      let attempts = Dictionary(grouping: containers[sandbox.id] ?? [], by: \.name)
      for (_, all) in attempts.sorted(by: { $0.key < $1.key }) {
        guard let newest = all.max(by: { $0.restarts < $1.restarts }),
          let last = all.filter(\.hasEnded).max(by: { $0.status.finishedAt < $1.status.finishedAt })
        else { continue }
        crashed.append((newest, last))
      }
    }
    return crashed
  }

  /// Whether a container keeps exiting: it has been restarted several times, and its last attempt ended
  /// recently after a short run.
  fileprivate func isCrashLoop(_ newest: ContainerRecord, _ last: ContainerRecord) -> Bool {
    let status = last.status
    let run = Duration.nanoseconds(status.finishedAt.nanoseconds &- status.startedAt.nanoseconds)
    // The newest attempt may have been running well for some time.
    let isHealed =
      newest.isRunning && newest.id != last.id && age(of: newest.status.startedAt) >= DoctorLimits.longRun
    return newest.restarts >= DoctorLimits.crashes && age(of: status.finishedAt) < DoctorLimits.recentCrash
      && run < DoctorLimits.longRun && !isHealed
  }
}
