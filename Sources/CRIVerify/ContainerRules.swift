internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// What must hold for a container: checked against the same one where it is still listed, and, if it ran in a ready pod,
/// against the newest of its name in the pod's new sandbox where that is made anew.
enum ContainerRules {
  static let table: [Check<ContainerRecord>] = [
    state,
    Check("container.created-state", .minor, .inPlace, "state", "it was created and not started") { before, after in
      before.status.state != .created ? nil : changed(before.status.state, after.status.state)
    },
    Check(
      "container.exit-code", .critical, ended, "exit_code", "kubelet runs a finished job again when its code is lost"
    ) {
      exited($0, $1) ? changed($0.status.exitCode, $1.status.exitCode) : nil
    },
    Check("container.exit-reason", .major, ended, "reason", "why it ended is lost") {
      exited($0, $1) ? changed($0.status.reason, $1.status.reason) : nil
    },
    Check("container.finished", .major, ended, "finished_at", "when it ended is lost") {
      exited($0, $1) ? changed($0.status.finishedAt, $1.status.finishedAt) : nil
    },
    Check("container.pid", .critical, .inPlace, "pid", "another process, or none, runs in its place") {
      // A pid counts only while it runs: containerd keeps the old one of a process that has gone.
      $0.isRunning && $1.isRunning && $0.pid != nil ? changed($0.pid, $1.pid) : nil
    },
    Check("container.created", .major, .inPlace, "created_at", "its age is lost", same: { $0.status.createdAt }),
    Check("container.started", .critical, .inPlace, "started_at", "it was started again, or its checkpoint is lost") {
      // One that was only created may well be started meanwhile.
      $0.status.state == .created ? nil : changed($0.status.startedAt, $1.status.startedAt)
    },
    Check(
      "container.attempt", .critical, .inPlace, "metadata.attempt", "it grows when kubelet starts a container again"
    ) {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    Check(
      "container.restart-count", .critical, .inPlace, "io.kubernetes.container.restartCount",
      "kubelet's count of restarts"
    ) {
      changed($0.restartCount, $1.restartCount)
    },
    Check(
      "container.hash", .critical, .inPlace, "io.kubernetes.container.hash",
      "kubelet restarts a container whose hash differs"
    ) {
      $1.isRunning ? changed($0.specHash, $1.specHash) : nil
    },
    Check(
      "container.ended-hash", .minor, .inPlace, "io.kubernetes.container.hash",
      "kubelet compares it only where a container runs"
    ) {
      $1.isRunning ? nil : changed($0.specHash, $1.specHash)
    },
    Check(
      "container.name", .major, .inPlace, "metadata.name", "kubelet knows a container by its name", same: { $0.name }),
    Check(
      "container.sandbox", .critical, .inPlace, "pod_sandbox_id", "it belongs to another pod now",
      same: { $0.sandboxID }),
    Check("container.labels", .major, .inPlace, "labels", "kubelet finds a pod's containers by their labels") {
      Words.lost($0.status.labels, $1.status.labels)
    },
    Check("container.annotations", .major, .inPlace, "annotations", "kubelet reads grace periods and hooks from them") {
      Words.lost($0.status.annotations, $1.status.annotations, where: { !ownRules.contains($0) })
    },
    // The hash is the present kubelet's own: it says that the pod's specification or kubelet changed, not the runtime, and
    // kubelet restarts nothing for it.
    Check("container.new-hash", .info, .renewed, "io.kubernetes.container.hash", "kubelet has another specification") {
      $1.specHash == nil ? nil : changed($0.specHash, $1.specHash)
    },
    // Kubelet writes one on each that it makes: where there is none, the runtime has not kept it.
    Check(
      "container.no-hash", .critical, .renewed, "io.kubernetes.container.hash",
      "kubelet restarts a container without one, again and again"
    ) {
      $0.specHash != nil && $1.specHash == nil && $1.isRunning ? changed($0.specHash, $1.specHash) : nil
    },
    Check(
      "container.image", .major, .but(.migrate), "image.image", "what the pod asked for",
      same: { $0.status.image?.image ?? "" }),
    Check("container.image-ref", .minor, [.restart, .kubeletRestart], "image_ref", "what it runs") {
      imageRef($0, $1)
    },
    Check("container.new-image-ref", .minor, [.upgrade], "image_ref", "what it runs") { imageRef($0, $1) },
    Check("container.image-id", .info, .inPlace, "image_id", "what it runs") { before, after in
      // Older runtimes leave it empty, newer ones fill it in: that is no change of the image.
      before.status.imageID.isEmpty ? nil : changed(before.status.imageID, after.status.imageID)
    },
    Check(
      "container.log-path", .major, .inPlace, "log_path", "log shippers and kubectl logs follow it",
      same: { $0.status.logPath }),
    Check("container.log-layout", .major, .renewed, "log_path", "log shippers look for it in /var/log/pods") {
      $0.status.logPath.hasPrefix(logs) && !$1.status.logPath.hasPrefix(logs)
        ? ($0.status.logPath, Words.value($1.status.logPath)) : nil
    },
    Check("container.mounts", .major, .inPlace, "mounts", "kubelet reads termination messages through them") {
      changed(mounts($0), mounts($1))
    },
    Check("container.new-mounts", .major, .renewed, "mounts", "it lacks a volume that it had") { before, after in
      // The paths on the host are of each pod's and each container's own.
      let lost = Set(before.status.mounts.map(\.containerPath)).subtracting(after.status.mounts.map(\.containerPath))
      return lost.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },
    Check("container.resources", .minor, [.restart, .kubeletRestart], "resources", "kubelet resizes pods from here") {
      // Older runtimes tell none of these: resources, user, signal. Zeroes say no more than none.
      $0.status.resources == nil
        ? nil : changed(Words.fields($0.status.resources), Words.fields($1.status.resources))
    },
    Check("container.user", .info, .inPlace, "user", "who it runs as") {
      $0.status.user == nil || $0.status.user == $1.status.user
        ? nil : (user($0), user($1))
    },
    Check("container.stop-signal", .info, .inPlace, "stop_signal", "how it is stopped") {
      // RUNTIME_DEFAULT is what older runtimes say for any signal.
      $0.status.stopSignal == .runtimeDefault ? nil : changed($0.status.stopSignal, $1.status.stopSignal)
    },

    // What the kernel knows.
    Check("container.process", .critical, .inPlace, "process", "it does not run, whatever the runtime says") {
      // Another pid, and another state, are findings of their own.
      $0.isRunning && $1.isRunning && $0.pid == $1.pid
        ? ProcessTruth.loss($0.truth?.process, $1.truth?.process) : nil
    },
    Check(
      "container.keeper", .major, .inPlace, "shim or conmon",
      "nobody reads what it writes any more, nor learns how it ends"
    ) {
      guard let was = $0.truth?.process?.value?.alive, let now = $1.truth?.process?.value?.alive,
        was.pid == now.pid, was.startTime == now.startTime, was.keeper != nil, now.keeper == nil
      else { return nil }
      return ("\(was.parent)", "gone")
    },
    Check("container.log-file", .major, .inPlace, "log file", "what it writes is nowhere to be read") {
      $0.truth?.hasLog?.value == true && $1.truth?.hasLog?.value == false ? ($0.status.logPath, "none") : nil
    },
    Check("container.exec", .major, .all, "exec", "the runtime does not reach its shim: kubectl exec and probes fail") {
      guard case .fails(let words) = $1.truth?.exec?.value else { return nil }
      if case .fails = $0.truth?.exec?.value { return ("fails", words) }
      return ($0.truth?.exec?.value == nil ? "not tried" : "works", words)
    },
    Check("container.cgroup", .major, .inPlace, "cgroup", "limits and statistics are of another place") {
      guard let was = $0.truth?.process?.value?.alive, let now = $1.truth?.process?.value?.alive,
        was.pid == now.pid, let before = was.cgroup, let after = now.cgroup
      else { return nil }
      return changed(before, after)
    },
  ]

  static let state = Check<ContainerRecord>(
    "container.state", .critical, .inPlace, "state",
    "kubelet goes by it: what does not run it starts again as restartPolicy says"
  ) { before, after in
    // One that was created is started sometime; one that runs and was unknown has healed.
    let mayRun = before.status.state == .created || before.status.state == .unknown && after.isRunning
    return mayRun ? nil : changed(before.status.state, after.status.state)
  }

  /// Rules over containers that are not there any more.
  static let others = [missing, replaced, successor, forgotten, collected, finished, young]

  static let missing = Rule(
    "container.missing", .critical, .inPlace, "container",
    "the runtime forgot a container whose process may still run: kubelet starts a second")
  static let replaced = Rule(
    "container.replaced", .critical, .inPlace, "container", "it ended, and was started again")
  static let successor = Rule(
    "container.successor", .critical, .renewed, "state", "it ran before, and none of its name runs in the new pod")
  static let forgotten = Rule(
    "container.forgotten", .major, .inPlace, "container",
    "kubelet never collects the last container of a name in a pod that lives, and runs it again")
  static let collected = Rule(
    "container.collected", .info, .inPlace, "container",
    "a container that had ended is gone, as kubelet's garbage collection does")
  static let finished = Rule("container.finished-job", .info, .all, "state", "a Job's container that came to its end")
  static let young = Rule(
    "container.young", .info, .inPlace, "container",
    "it was made less than ten seconds before the snapshot, and is gone")

  /// What has ended stays as it is, also over a reboot where the runtime keeps it.
  private static let ended = Set<Scenario>.inPlace.union([.reboot])
  /// Kubelet's.
  private static let logs = "/var/log/pods/"

  /// Annotations that have a rule of their own.
  private static let ownRules: Set<String> = [
    "io.kubernetes.container.hash", "io.kubernetes.container.restartCount",
  ]

  private static func exited(_ before: ContainerRecord, _ after: ContainerRecord) -> Bool {
    before.status.state == .exited && after.status.state == .exited
  }

  private static func changed<T: Equatable>(_ before: T, _ after: T) -> (before: String, after: String)? {
    before == after ? nil : (Words.value(before), Words.value(after))
  }

  /// Versions write it as an id or as a digest in a repository, and CRI-O to 1.30 the one before a restart and the other
  /// after it: only alike can be compared.
  private static func imageRef(_ before: ContainerRecord, _ after: ContainerRecord) -> (before: String, after: String)?
  {
    let (was, now) = (before.status.imageRef, after.status.imageRef)
    return isID(was) == isID(now) ? changed(was, now) : nil
  }

  /// With or without the kind of digest, which CRI-O leaves out.
  private static func isID(_ reference: String) -> Bool {
    reference.hasPrefix("sha256:") || reference.utf8.count == 64 && reference.allSatisfy(\.isHexDigit)
  }

  private static func user(_ record: ContainerRecord) -> String {
    guard let user = record.status.user?.linux else { return "none" }
    let groups = user.supplementalGroups.map { ", group \($0)" }.joined()
    return "uid \(user.uid), gid \(user.gid)\(groups)"
  }

  private static func mounts(_ record: ContainerRecord) -> [String] {
    record.status.mounts.map { "\($0.hostPath)→\($0.containerPath)\($0.readonly ? " read-only" : "")" }
      .sorted()
  }
}
