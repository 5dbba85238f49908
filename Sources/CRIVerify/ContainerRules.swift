internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// What must hold for a container: checked against the same one where it is still listed, and, if it ran in a ready pod,
/// against the newest of its name in the pod's new sandbox where that is made anew.
enum ContainerRules {
  static let table: [Check<ContainerRecord>] = [
    Check(.containerState) { before, after in
      // A created container will be started, and a running one whose state was unknown has recovered.
      let mayRun = before.status.state == .created || before.status.state == .unknown && after.isRunning
      return mayRun ? nil : changed(before.status.state, after.status.state)
    },
    Check(.containerCreatedState) { before, after in
      before.status.state != .created ? nil : changed(before.status.state, after.status.state)
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
      // A pid counts only while it runs: containerd keeps the old one of a process that has gone.
      guard $0.isRunning, $1.isRunning, let was = $0.pid, was != $1.pid else { return nil }
      return (.process(was), $1.pid.map { .process($0) } ?? .none)
    },
    Check(.containerCreated, same: { $0.status.createdAt }),
    Check(.containerStarted) {
      // One that was only created may well be started meanwhile.
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
    // The hash is the present kubelet's own: it says that the pod's specification or kubelet changed, not the runtime, and
    // kubelet restarts nothing for it.
    Check(.containerNewHash) {
      $1.specHash == nil ? nil : changed($0.specHash, $1.specHash)
    },
    // Kubelet writes one on each that it makes: where there is none, the runtime has not kept it.
    Check(
      .containerNoHash
    ) {
      $0.specHash != nil && $1.specHash == nil && $1.isRunning ? changed($0.specHash, $1.specHash) : nil
    },
    Check(
      .containerImage,
      same: { $0.status.image?.image ?? "" }),
    Check(.containerImageRef) {
      imageRef($0, $1)
    },
    Check(.containerNewImageRef) { imageRef($0, $1) },
    Check(.containerImageID) { before, after in
      // Older runtimes leave it empty, newer ones fill it in: that is no change of the image.
      before.status.imageID.isEmpty ? nil : changed(before.status.imageID, after.status.imageID)
    },
    Check(
      .containerLogPath,
      same: { $0.status.logPath }),
    Check(.containerLogLayout) {
      $0.status.logPath.hasPrefix(logs) && !$1.status.logPath.hasPrefix(logs)
        ? ($0.status.logPath.findingValue, $1.status.logPath.findingValue) : nil
    },
    Check(.containerMounts) {
      let (was, now) = (mounts($0), mounts($1))
      return was == now ? nil : (value(was), value(now))
    },
    Check(.containerNewMounts) { before, after in
      // The paths on the host are of each pod's and each container's own.
      let lost = Set(before.status.mounts.map(\.containerPath)).subtracting(after.status.mounts.map(\.containerPath))
      return lost.isEmpty ? nil : (.texts(lost.sorted()), .none)
    },
    Check(.containerResources) {
      // Older runtimes tell none of these: resources, user, signal. Zeroes say no more than none.
      guard $0.status.resources != nil else { return nil }
      let (was, now) = (FindingValue.fields(of: $0.status.resources), FindingValue.fields(of: $1.status.resources))
      return was == now ? nil : (was, now)
    },
    Check(.containerUser) {
      $0.status.user == nil || $0.status.user == $1.status.user
        ? nil : (user($0), user($1))
    },
    Check(.containerStopSignal) {
      // RUNTIME_DEFAULT is what older runtimes say for any signal.
      $0.status.stopSignal == .runtimeDefault ? nil : changed($0.status.stopSignal, $1.status.stopSignal)
    },

    // What the kernel knows.
    Check(.containerProcess) {
      // Another pid, and another state, are findings of their own.
      $0.isRunning && $1.isRunning && $0.pid == $1.pid
        ? ObservedProcess.loss($0.observed?.process, $1.observed?.process) : nil
    },
    Check(
      .containerKeeper
    ) {
      guard let was = $0.observed?.process?.value?.alive, let now = $1.observed?.process?.value?.alive,
        was.pid == now.pid, was.startTime == now.startTime, was.shim != nil, now.shim == nil
      else { return nil }
      return (.process(was.parent), .status(.gone))
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
      guard let was = $0.observed?.process?.value?.alive, let now = $1.observed?.process?.value?.alive,
        was.pid == now.pid, let before = was.cgroup, let after = now.cgroup
      else { return nil }
      return changed(before, after)
    },
  ]

  /// Kubelet's.
  private static let logs = "/var/log/pods/"

  /// Annotations that have a rule of their own.
  private static let ownRules: Set<String> = [
    "io.kubernetes.container.hash", "io.kubernetes.container.restartCount",
  ]

  private static func exited(_ before: ContainerRecord, _ after: ContainerRecord) -> Bool {
    before.status.state == .exited && after.status.state == .exited
  }

  /// Versions write it as an id or as a digest in a repository, and CRI-O to 1.30 the one before a restart and the other
  /// after it: only alike can be compared.
  private static func imageRef(_ before: ContainerRecord, _ after: ContainerRecord) -> ValuePair? {
    let (was, now) = (before.status.imageRef, after.status.imageRef)
    return isID(was) == isID(now) ? changed(was, now) : nil
  }

  /// With or without the kind of digest, which CRI-O leaves out.
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

  private static func value(_ mounts: [Mount]) -> FindingValue {
    mounts.isEmpty ? .none : .mounts(mounts)
  }
}
