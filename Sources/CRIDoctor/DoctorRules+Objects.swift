internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension DoctorRules {
  static let objects: [DoctorCheck] = [
    DoctorCheck(.objectStatusHangs) { (facts, found) throws(UnknownReason) in
      for status in facts.statuses where status.call.outcome == .hanging {
        found.add(status.object, .hangingStatus(status.call.duration, shim: facts.shim(of: status)))
      }
    },
    DoctorCheck(.objectStatusFails) { (facts, found) throws(UnknownReason) in
      for status in facts.statuses {
        if case .failed(let message) = status.call.outcome { found.add(status.object, .failure(message: message)) }
      }
    },
    DoctorCheck(.objectStatusSlow) { (facts, found) throws(UnknownReason) in
      // If the runtime is slow for all objects, that is one problem, and its lists show it.
      let isSlowForAll = facts.calls.contains { $0.outcome == .answered && $0.duration >= DoctorLimits.slowCall }
      guard !isSlowForAll else { return }
      for status in facts.statuses
      where status.call.outcome == .answered && status.call.duration >= DoctorLimits.slowCall {
        found.add(status.object, .slowStatus(status.call.duration))
      }
    },
    DoctorCheck(.shimSilent) { (facts, found) throws(UnknownReason) in
      let hanging = Set(facts.statuses.filter { $0.call.outcome == .hanging }.map(\.sandboxID))
      let stopped = Dictionary(
        (facts.shims.value ?? []).filter(\.isStopped).map { ($0.id ?? "", $0) }, uniquingKeysWith: { first, _ in first }
      )
      for sandbox in try facts.sandboxes() where sandbox.isReady && !hanging.contains(sandbox.id) {
        if let shim = stopped[sandbox.id] {
          found.add(.pod(sandbox), .process(shim))
        } else if sandbox.facts.isShimSilent {
          found.add(.pod(sandbox))
        }
      }
      // In CRI-O, each container has its own conmon.
      for container in try facts.containers() where container.isRunning && !hanging.contains(container.sandboxID) {
        if let conmon = stopped[container.id] { found.add(facts.name(of: container), .process(conmon)) }
      }
      _ = try facts.shims.get()
    },
    DoctorCheck(.shimOrphan) { (facts, found) throws(UnknownReason) in
      for orphan in try facts.orphans() where !orphan.processes.isEmpty || orphan.kind == .container {
        found.add(ObjectName(.runtime), .orphan(orphan))
      }
    },
    DoctorCheck(.shimLeftover) { (facts, found) throws(UnknownReason) in
      for orphan in try facts.orphans() where orphan.processes.isEmpty && orphan.kind != .container {
        found.add(ObjectName(.runtime), .orphan(orphan))
      }
    },
  ]
}

extension DoctorFacts {
  /// The shim that should respond for an object: that of its sandbox, or with CRI-O the container's own conmon.
  fileprivate func shim(of status: ObservedStatus) -> RunningProcess? {
    let ids = [status.object.id, status.sandboxID]
    return shims.value?.first { shim in shim.id.map(ids.contains) == true }
  }

  fileprivate func orphans() throws(UnknownReason) -> [Orphan] {
    _ = try listed()
    guard let orphans = snapshot.observed?.orphans else { throw UnknownReason.notExamined }
    return try orphans.get()
  }
}
