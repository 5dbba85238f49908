internal import CRIMessages
internal import CRIProtobuf

/// What must hold for a container that is listed before and after the daemon's restart, checked on both records.
enum ContainerRules {
  static let table: [Check<ContainerRecord>] = [
    Check("container.state", .critical, "state", "kubelet starts a container again that does not run") {
      before, after in
      before.status.state == .created ? nil : changed(before.status.state, after.status.state)
    },
    Check("container.created-state", .minor, "state", "it was created and not started") { before, after in
      before.status.state != .created ? nil : changed(before.status.state, after.status.state)
    },
    Check(
      "container.exit-code", .critical, "exit_code", "kubelet runs a finished job again when its code is lost"
    ) {
      exited($0, $1) ? changed($0.status.exitCode, $1.status.exitCode) : nil
    },
    Check("container.exit-reason", .major, "reason", "why it ended is lost") {
      exited($0, $1) ? changed($0.status.reason, $1.status.reason) : nil
    },
    Check("container.finished", .major, "finished_at", "when it ended is lost") {
      exited($0, $1) ? changed($0.status.finishedAt, $1.status.finishedAt) : nil
    },
    Check("container.pid", .critical, "pid", "another process, or none, runs in its place") {
      // A pid counts only while it runs: containerd keeps the old one of a process that has gone.
      $0.isRunning && $1.isRunning && $0.pid != nil ? changed($0.pid, $1.pid) : nil
    },
    Check("container.created", .major, "created_at", "its age is lost", same: { $0.status.createdAt }),
    Check("container.started", .critical, "started_at", "it was started again, or its checkpoint is lost") {
      // One that was only created may well be started meanwhile.
      $0.status.state == .created ? nil : changed($0.status.startedAt, $1.status.startedAt)
    },
    Check(
      "container.attempt", .critical, "metadata.attempt", "it grows when kubelet starts a container again"
    ) {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    Check(
      "container.restart-count", .critical, "io.kubernetes.container.restartCount",
      "kubelet's count of restarts"
    ) {
      changed($0.restartCount, $1.restartCount)
    },
    Check(
      "container.hash", .critical, "io.kubernetes.container.hash",
      "kubelet restarts a container whose hash differs"
    ) {
      changed($0.specHash, $1.specHash)
    },
    Check(
      "container.name", .major, "metadata.name", "kubelet knows a container by its name", same: { $0.name }),
    Check(
      "container.sandbox", .critical, "pod_sandbox_id", "it belongs to another pod now",
      same: { $0.sandboxID }),
    Check("container.labels", .major, "labels", "kubelet finds a pod's containers by their labels") {
      Words.lost($0.status.labels, $1.status.labels)
    },
    Check("container.annotations", .major, "annotations", "kubelet reads grace periods and hooks from them") {
      Words.lost($0.status.annotations, $1.status.annotations, except: ownRules)
    },
    Check(
      "container.image", .major, "image.image", "what the pod asked for",
      same: { $0.status.image?.image ?? "" }),
    Check("container.image-ref", .minor, "image_ref", "what it runs", same: { $0.status.imageRef }),
    Check("container.image-id", .info, "image_id", "what it runs") { before, after in
      // Older runtimes leave it empty, newer ones fill it in: that is no change of the image.
      before.status.imageID.isEmpty ? nil : changed(before.status.imageID, after.status.imageID)
    },
    Check(
      "container.log-path", .major, "log_path", "log shippers and kubectl logs follow it",
      same: { $0.status.logPath }),
    Check("container.mounts", .major, "mounts", "kubelet reads termination messages through them") {
      changed(mounts($0), mounts($1))
    },
    Check("container.resources", .minor, "resources", "kubelet resizes pods from here") {
      // Older runtimes tell none of these: resources, user, signal.
      $0.status.resources == nil || $0.status.resources == $1.status.resources
        ? nil : (Words.fields($0.status.resources), Words.fields($1.status.resources))
    },
    Check("container.user", .info, "user", "who it runs as") {
      $0.status.user == nil || $0.status.user == $1.status.user
        ? nil : (user($0), user($1))
    },
    Check("container.stop-signal", .info, "stop_signal", "how it is stopped") {
      // RUNTIME_DEFAULT is what older runtimes say for any signal.
      $0.status.stopSignal == .runtimeDefault ? nil : changed($0.status.stopSignal, $1.status.stopSignal)
    },
  ]

  /// Rules over containers that are not there any more.
  static let others = [missing, forgotten, collected]

  static let missing = Rule(
    "container.missing", .critical, "id",
    "the runtime forgot a container whose process may still run: kubelet starts a second")
  static let forgotten = Rule(
    "container.forgotten", .major, "id",
    "kubelet never collects the last container of a name in a pod that lives, and runs it again")
  static let collected = Rule(
    "container.collected", .info, "id",
    "a container that had ended is gone, as kubelet's garbage collection does")

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
