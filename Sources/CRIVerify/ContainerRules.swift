internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The rules for a container. They compare it with the same container if that is still listed, or, if its ready pod was
/// recreated, with the newest container of the same name in the pod's new sandbox.
enum ContainerRules {
  static let table: [Check<ContainerRecord>] = [
    Check(.containerState) { before, after in
      // A created container will be started; a running container whose state was unknown has recovered.
      let mayRun = before.status.state == .created || before.status.state == .unknown && after.isRunning
      return mayRun ? nil : stateChange(before, after)
    },
    Check(.containerCreatedState) { before, after in
      before.status.state != .created ? nil : stateChange(before, after)
    },
    Check(
      .containerExitCode
    ) {
      exited($0, $1) ? changed($0.status.exitCode, $1.status.exitCode) : nil
    },
    Check(.containerExitReason) {
      exited($0, $1) ? changed($0.status.reason, $1.status.reason) : nil
    },
    Check(.containerFinished) {
      exited($0, $1) ? changed($0.status.finishedAt, $1.status.finishedAt) : nil
    },
    Check(.containerPID) {
      // A pid is meaningful only while the container is running, because containerd still reports the pid of a process
      // that has exited.
      guard $0.isRunning, $1.isRunning, let old = $0.pid, old != $1.pid else { return nil }
      return (.process(old), $1.pid.map { .process($0) } ?? .none)
    },
    Check(.containerCreated, same: { $0.status.createdAt }),
    Check(.containerStarted) {
      // A container that had only been created may have been started since then.
      $0.status.state == .created ? nil : changed($0.status.startedAt, $1.status.startedAt)
    },
    Check(
      .containerAttempt
    ) {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    Check(
      .containerRestartCount
    ) {
      changed($0.restartCount, $1.restartCount)
    },
    Check(
      .containerHash
    ) {
      $1.isRunning ? changed($0.specHash, $1.specHash) : nil
    },
    Check(
      .containerEndedHash
    ) {
      $1.isRunning ? nil : changed($0.specHash, $1.specHash)
    },
    Check(.containerName, same: { $0.name }),
    Check(
      .containerSandbox,
      same: { $0.sandboxID }),
    Check(.containerLabels) {
      FindingValue.lost($0.status.labels, $1.status.labels)
    },
    Check(.containerAnnotations) {
      FindingValue.lost($0.status.annotations, $1.status.annotations, where: { !ownRules.contains($0) })
    },
    // kubelet computes the hash from the pod's specification, so a new hash means that the specification or the kubelet
    // version has changed; kubelet does not restart a container for that reason.
    Check(.containerNewHash) {
      $1.specHash == nil ? nil : changed($0.specHash, $1.specHash)
    },
    // kubelet sets this annotation on every container, so if it is missing, the runtime has lost it.
    Check(
      .containerNoHash
    ) {
      $0.specHash != nil && $1.specHash == nil && $1.isRunning ? changed($0.specHash, $1.specHash) : nil
    },
    Check(.containerImage) {
      changed($0.status.image?.image ?? "", $1.status.image?.image ?? "", in: ImageReference.plain)
    },
    Check(.containerImageRef) {
      imageRef($0, $1)
    },
    Check(.containerNewImageRef) { imageRef($0, $1) },
    Check(.containerImageID) { before, after in
      // Older runtimes leave it empty and newer ones set it, which does not mean that the image has changed.
      before.status.imageID.isEmpty
        ? nil : changed(before.status.imageID, after.status.imageID, in: ImageReference.plain)
    },
    Check(.containerLogPath) { changed($0.status.logPath, $1.status.logPath, in: PlainText.path) },
    Check(.containerLogLayout) {
      $0.status.logPath.hasPrefix(logs) && !$1.status.logPath.hasPrefix(logs)
        ? ($0.status.logPath.findingValue, $1.status.logPath.findingValue) : nil
    },
    Check(.containerMounts) {
      let (old, now) = (mounts($0), mounts($1))
      return old == now || plain(old) == plain(now) ? nil : (value(old), value(now))
    },
    Check(.containerNewMounts) { before, after in
      // The paths on the host differ for each pod and container.
      let lost = Set(before.status.mounts.map(\.containerPath)).subtracting(after.status.mounts.map(\.containerPath))
      return lost.isEmpty ? nil : (.texts(lost.sorted()), .none)
    },
    Check(.containerResources) {
      // Older runtimes do not report resources, user or signal. Zero means the same as a missing value.
      guard $0.status.resources != nil, $0.status.resources != $1.status.resources else { return nil }
      let (old, now) = (FindingValue.fields(of: $0.status.resources), FindingValue.fields(of: $1.status.resources))
      return old == now ? nil : (old, now)
    },
    Check(.containerUser) {
      $0.status.user == nil || $0.status.user == $1.status.user
        ? nil : (user($0), user($1))
    },
    Check(.containerStopSignal) {
      // Older runtimes report RUNTIME_DEFAULT for any signal.
      $0.status.stopSignal == .runtimeDefault ? nil : changed($0.status.stopSignal, $1.status.stopSignal)
    },

    // Facts reported by the kernel.
    Check(.containerProcess) {
      // Other rules report a changed pid or state.
      $0.isRunning && $1.isRunning && $0.pid == $1.pid
        ? ObservedProcess.loss($0.observed?.process, $1.observed?.process) : nil
    },
    Check(
      .containerMonitor
    ) {
      guard let old = $0.observed?.process?.value?.alive, let now = $1.observed?.process?.value?.alive,
        old.pid == now.pid, old.startTime == now.startTime, old.shim != nil, now.shim == nil
      else { return nil }
      return (.process(old.parent), .status(.gone))
    },
    Check(.containerLogFile) {
      $0.observed?.hasLog?.value == true && $1.observed?.hasLog?.value == false
        ? (.text($0.status.logPath), .none) : nil
    },
    Check(.containerExec) {
      guard case .fails(let message) = $1.observed?.exec?.value else { return nil }
      if case .fails = $0.observed?.exec?.value { return (.status(.fails), .text(message)) }
      return (.status($0.observed?.exec?.value == nil ? .notTried : .works), .text(message))
    },
    Check(.containerCgroup) {
      guard let old = $0.observed?.process?.value?.alive, let now = $1.observed?.process?.value?.alive,
        old.pid == now.pid, let before = old.cgroup, let after = now.cgroup
      else { return nil }
      return changed(before, after)
    },
  ]

  /// The same rules for snapshots from two cgroup namespaces. A namespace hides the beginning of a path that is below
  /// its root, and shows `..` for each of its own directories, so one of the two paths is the end of the other.
  static let otherCgroupNamespaceTable: [Check<ContainerRecord>] =
    table.filter { $0.rule.id != .containerCgroup } + [
      Check(.containerCgroup) {
        guard let old = $0.observed?.process?.value?.alive, let now = $1.observed?.process?.value?.alive,
          old.pid == now.pid, let before = old.cgroup, let after = now.cgroup
        else { return nil }
        let (known, other) = (visible(before), visible(after))
        return known.hasSuffix(other) || other.hasSuffix(known) ? nil : changed(before, after)
      }
    ]

  /// The part of a cgroup's path that is a part of its real path too.
  private static func visible(_ path: String) -> Substring {
    var rest = path[...]
    while rest == "/.." || rest.hasPrefix("/../") { rest = rest.dropFirst(3) }
    return rest == "/" ? "" : rest
  }

  /// kubelet's log directory.
  private static let logs = "/var/log/pods/"

  /// Annotations that have their own rules.
  private static let ownRules: Set<String> = [
    "io.kubernetes.container.hash", "io.kubernetes.container.restartCount",
  ]

  private static func stateChange(_ before: ContainerRecord, _ after: ContainerRecord) -> ValuePair? {
    guard let (old, now) = changed(before.status.state, after.status.state) else { return nil }
    return (old, after.status.state == .exited ? after.exit : now)
  }

  private static func exited(_ before: ContainerRecord, _ after: ContainerRecord) -> Bool {
    before.status.state == .exited && after.status.state == .exited
  }

  /// The reference is an ID or a repository digest, depending on the version, and CRI-O up to 1.30 changes it on
  /// restart. So only references of the same form are compared.
  private static func imageRef(_ before: ContainerRecord, _ after: ContainerRecord) -> ValuePair? {
    let (old, now) = (before.status.imageRef, after.status.imageRef)
    return isID(old) == isID(now) ? changed(old, now, in: ImageReference.plain) : nil
  }

  /// CRI-O's IDs do not include the digest's algorithm.
  private static func isID(_ reference: String) -> Bool {
    reference.hasPrefix("sha256:") || reference.utf8.count == 64 && reference.allSatisfy(\.isHexDigit)
  }

  private static func user(_ record: ContainerRecord) -> FindingValue {
    record.status.user?.linux.map { .user($0) } ?? .none
  }

  private static func mounts(_ record: ContainerRecord) -> [Mount] {
    record.status.mounts.map {
      Mount(containerPath: $0.containerPath, hostPath: $0.hostPath, readonly: $0.readonly)
    }.sorted { ($0.hostPath, $0.containerPath) < ($1.hostPath, $1.containerPath) }
  }

  /// Returns the mounts with normalised paths.
  private static func plain(_ mounts: [Mount]) -> [Mount] {
    mounts.map {
      Mount(
        containerPath: PlainText.path($0.containerPath), hostPath: PlainText.path($0.hostPath), readonly: $0.readonly)
    }.sorted { ($0.hostPath, $0.containerPath) < ($1.hostPath, $1.containerPath) }
  }

  private static func value(_ mounts: [Mount]) -> FindingValue {
    mounts.isEmpty ? .none : .mounts(mounts)
  }
}
