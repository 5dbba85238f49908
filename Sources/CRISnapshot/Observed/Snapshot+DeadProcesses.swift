internal import CRIMessages

extension Snapshot {
  /// Whether the processes of the runtime's objects are visible: at least one of them runs under its shim or conmon.
  /// Otherwise they may be running where `cri` cannot see them.
  package var seesProcesses: Bool {
    let processes = sandboxes.map { $0.observed?.process } + containers.map { $0.observed?.process }
    return processes.contains { $0?.value?.alive?.shim != nil }
  }

  /// The ready sandboxes and running containers whose process had exited when the snapshot was taken, by ID.
  package var deadObjects: Set<String> {
    guard seesProcesses else { return [] }
    func isDead(_ process: Observation<ObservedProcess>?) -> Bool { process?.value.map { $0.alive == nil } ?? false }
    let pods = sandboxes.filter { $0.isReady && isDead($0.observed?.process) }.map(\.id)
    return Set(pods + containers.filter { $0.isRunning && isDead($0.observed?.process) }.map(\.id))
  }
}
