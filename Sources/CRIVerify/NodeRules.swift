internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

/// What must hold for the node and its runtime across the change.
enum NodeRules {
  static let table: [Check<Snapshot>] = [
    Check("runtime.name", .major, .but(.migrate), "runtime_name", "another runtime answers", same: { $0.runtime.name }),
    Check(
      "runtime.version", .major, [.restart, .kubeletRestart], "runtime_version", "a restart changes no version",
      same: { $0.runtime.version }),
    // A new image of the node comes with a reboot, and often with a new runtime.
    Check(
      "runtime.rebooted-version", .info, [.reboot], "runtime_version", "another version runs since the reboot",
      same: { $0.runtime.version }),
    Check("runtime.ready", .critical, .all, "RuntimeReady", "kubelet marks the node NotReady") {
      down("RuntimeReady", $0, $1)
    },
    Check("runtime.network", .critical, .all, "NetworkReady", "kubelet refuses pods that need a network") {
      $0.runtime.condition("NetworkReady") == false ? nil : down("NetworkReady", $0, $1)
    },
    // The change has not done it: no loss, and not good either.
    Check(
      "runtime.network-already", .minor, .all, "NetworkReady",
      "it was not ready before either: kubelet refuses pods that need a network"
    ) {
      $0.runtime.condition("NetworkReady") == false ? down("NetworkReady", $0, $1) : nil
    },
    Check("runtime.condition", .info, .all, "conditions", "the runtime has something to say") { before, after in
      let ready: Set = ["RuntimeReady", "NetworkReady"]
      let news = after.runtime.conditions.filter {
        !$0.status && !ready.contains($0.type) && before.runtime.condition($0.type) == true
      }
      return news.isEmpty
        ? nil : ("true", news.map { "\($0.type) false: \($0.reason)" }.joined(separator: ", "))
    },
    Check("runtime.handlers", .major, .but(.migrate), "runtime_handlers", "pods of that RuntimeClass cannot be managed")
    {
      before, after in
      let unused = unusedBuiltIns(before, after)
      return lostHandlers(before, after) { !unused.contains($0) }
    },
    Check(
      "runtime.unused-handlers", .minor, .but(.migrate), "runtime_handlers", "no pod has that RuntimeClass now"
    ) { before, after in
      let unused = unusedBuiltIns(before, after)
      return lostHandlers(before, after) { unused.contains($0) }
    },
    Check(
      "runtime.features", .major, .but(.migrate), "runtime_handlers.features", "pods that need them cannot be started"
    ) {
      before, after in
      let lost = features(before, of: after).subtracting(features(after, of: after))
      return lost.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },
    Check("runtime.used-handlers", .major, [.migrate], "runtime_handlers", "pods of that RuntimeClass cannot start") {
      before, after in
      // An older runtime lists none.
      guard !after.runtime.handlers.isEmpty else { return nil }
      let used = Set(before.sandboxes.filter(\.isReady).map(\.status.runtimeHandler)).subtracting([""])
      let lost = used.subtracting(after.runtime.handlers.map(\.name))
      return lost.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },
    Check("runtime.cgroup-driver", .critical, .all, "cgroup driver", "another one than kubelet's kills pods") {
      guard let was = $0.runtime.settings?.cgroupDriver, let now = $1.runtime.settings?.cgroupDriver, was != now
      else { return nil }
      return (was, now)
    },
    Check("runtime.cni", .major, .but(.migrate), "CNI configuration", "new pods get another network than old ones") {
      // From none to one is no loss: it has healed.
      guard let was = $0.runtime.settings?.networks, let now = $1.runtime.settings?.networks, was != now, !was.isEmpty
      else { return nil }
      return (words(was), words(now))
    },
    Check("runtime.pause-image", .major, .all, "sandbox image", "no pod starts until it is pulled") { before, after in
      guard !after.lacks(.image), let image = after.pauseImage, !has(after, image) else { return nil }
      let was = before.pauseImage
      return was == image && !has(before, image) ? nil : (was ?? "unknown", "\(image), absent")
    },
    Check("runtime.oci", .major, .inPlace, "OCI runtime", "another one cannot manage the containers that run") {
      ociChanges($0, $1) { kind($0) != kind($1) }
    },
    Check("runtime.oci-path", .info, .inPlace, "OCI runtime", "another file of that name is used from now on") {
      ociChanges($0, $1) { $0 != $1 && kind($0) == kind($1) }
    },
    Check("runtime.oci-version", .info, .all, "OCI runtime", "it is used from the next container on") {
      versions($0) == versions($1) || versions($0).isEmpty || versions($1).isEmpty
        ? nil : (versions($0).joined(separator: ", "), versions($1).joined(separator: ", "))
    },
    Check("runtime.daemon", .major, [.kubeletRestart], "daemon", "the runtime was restarted too: verify that") {
      $0.daemon.wasReplaced(by: $1.daemon) == true
        ? ("process \($0.daemon.pid ?? 0)", "process \($1.daemon.pid ?? 0)") : nil
    },
    Check("runtime.api", .major, .all, "version", "kubelet from 1.26 speaks only v1") { before, after in
      before.runtime.api == .v1 && after.runtime.api != .v1 ? ("v1", "\(after.runtime.api)") : nil
    },
    Check("runtime.old-api", .major, [.restart, .kubeletRestart], "version", oldClients) { lostOldVersion($0, $1) },
    Check("runtime.dropped-api", .info, [.upgrade, .wipe, .reboot, .migrate], "version", oldClients) {
      lostOldVersion($0, $1)
    },
    Check(
      "runtime.binary", .major, .all, "executable", "the daemon is older than the shims and tools beside it: restart it"
    ) { before, after in
      guard let program = after.daemon.replacedProgram else { return nil }
      // One that was so before and was not restarted since is as it was.
      let isOld = before.daemon.wasReplaced(by: after.daemon) == false && before.daemon.replacedProgram != nil
      return isOld
        ? nil : (before.daemon.replacedProgram ?? before.daemon.executable ?? "unknown", "\(program), deleted")
    },
    Check(
      "host.boot", .major, [.restart, .upgrade, .wipe, .kubeletRestart], "boot id",
      "the node was rebooted: a restart was expected"
    ) { before, after in
      guard let was = before.host.bootID, let now = after.host.bootID, was != now else { return nil }
      return (was, now)
    },
  ]

  /// Rules over processes that the runtime does not list.
  static let others = [orphan, orphanAlready, leftover]

  static let orphan = Rule(
    "runtime.orphan", .critical, .inPlace, "processes", "it lives, and the runtime forgot it: kubelet starts a second")
  static let orphanAlready = Rule(
    "runtime.orphan-already", .minor, .inPlace, "processes",
    "it lives, and the runtime did not list it before the change either: a second may run beside it")
  static let leftover = Rule(
    "runtime.leftover", .info, .inPlace, "processes", "a process that the runtime does not list, and that does no harm")

  static let images = [imageMissing, imageReplaced, imageCollected, imageNames, imagePinned, imageUnpinned]

  static let imageMissing = Rule(
    "image.missing", .major, .but(.wipe), "images", "it must be pulled again: a ready pod uses it, or it is pinned")
  static let imageReplaced = Rule(
    "image.replaced", .minor, .but(.wipe), "images", "what a ready pod uses is another image from its next start on")
  static let imageCollected = Rule(
    "image.collected", .info, .all, "images", "an image that no ready pod uses is gone")
  static let imageNames = Rule(
    "image.names", .minor, .inPlace, "repo_tags, repo_digests", "the image is found by other names")
  static let imagePinned = Rule(
    "image.pinned", .major, .but(.wipe), "pinned", "kubelet may delete it; without the pause image no pod starts")
  static let imageUnpinned = Rule(
    "image.unpinned", .minor, [.upgrade, .reboot, .migrate], "pinned",
    "this version pins no image: kubelet may delete it when the disk is full")

  private static let oldClients = "kubelet before 1.23 and older agents speak only v1alpha2"

  private static func lostOldVersion(_ before: Snapshot, _ after: Snapshot) -> (before: String, after: String)? {
    before.runtime.servesV1alpha2 == true && after.runtime.servesV1alpha2 == false ? ("v1 and v1alpha2", "v1") : nil
  }

  private static func has(_ snapshot: Snapshot, _ image: String) -> Bool {
    let isTagged = image.contains("@") || image.split(separator: "/").last?.contains(":") == true
    let name = isTagged ? image : "\(image):latest"
    return snapshot.images.contains { ([$0.id] + $0.repoTags + $0.repoDigests).contains(name) }
  }

  private static func words(_ networks: [RuntimeSettings.Network]) -> String {
    networks.isEmpty
      ? "none"
      : networks.map { ([$0.name] + $0.subnets.map { "\($0)" }).joined(separator: " ") }.joined(separator: ", ")
  }

  /// What a runtime is, wherever it lies: `runc`, `crun`.
  private static func kind(_ path: String?) -> Substring? { path?.split(separator: "/").last }

  /// The OCI runtimes whose path is another one, told by what it was and what it is; nil: there is none.
  private static func ociChanges(
    _ before: Snapshot, _ after: Snapshot, where counts: (String, String?) -> Bool
  ) -> (before: String, after: String)? {
    guard let was = before.truth?.ociRuntimes?.value, let now = after.truth?.ociRuntimes?.value else { return nil }
    let isPartial = after.runtime.name == "cri-o" && !now.contains(where: \.isDefault)
    let changes = was.compactMap { old -> (String, String)? in
      // That of the pods that name none counts by what it is, not by its name.
      let new = now.first { old.isDefault && !isPartial ? $0.isDefault : $0.handler == old.handler }
      // Where a CRI-O does not tell its configuration, it is not known what else it has.
      if new == nil, isPartial { return nil }
      let words = new.map { "\($0.handler) \($0.path)" } ?? "none"
      return counts(old.path, new?.path) ? ("\(old.handler) \(old.path)", words) : nil
    }
    return changes.isEmpty
      ? nil : (changes.map(\.0).joined(separator: ", "), changes.map(\.1).joined(separator: ", "))
  }

  private static func versions(_ snapshot: Snapshot) -> [String] {
    var seen: Set<String> = []
    return (snapshot.truth?.ociRuntimes?.value ?? []).compactMap(\.version.value).filter { seen.insert($0).inserted }
  }

  private static func lostHandlers(
    _ before: Snapshot, _ after: Snapshot, where counts: (String) -> Bool
  ) -> (before: String, after: String)? {
    // An older runtime lists none.
    guard !after.runtime.handlers.isEmpty else { return nil }
    let lost = Set(before.runtime.handlers.map(\.name)).subtracting(after.runtime.handlers.map(\.name)).filter(counts)
    return lost.isEmpty ? nil : (lost.sorted().map { $0.isEmpty ? "(default)" : $0 }.joined(separator: ", "), "none")
  }

  /// The handlers that no pod had: another version may have others built in, as CRI-O's newer ones have crun.
  private static func unusedBuiltIns(_ before: Snapshot, _ after: Snapshot) -> Set<String> {
    guard before.runtime.version != after.runtime.version else { return [] }
    let used = before.sandboxes.filter(\.isReady).flatMap {
      [$0.status.runtimeHandler, $0.facts.runtimeHandler ?? ""]
    }
    return Set(before.runtime.handlers.map(\.name)).subtracting(used).subtracting([""])
  }

  /// What the handlers can do that `other` has too.
  private static func features(_ snapshot: Snapshot, of other: Snapshot) -> Set<String> {
    let known = Set(other.runtime.handlers.map(\.name))
    return Set(
      snapshot.runtime.handlers.filter { known.contains($0.name) }.flatMap { handler in
        let features = [
          (handler.features?.recursiveReadOnlyMounts, "recursive read-only mounts"),
          (handler.features?.userNamespaces, "user namespaces"),
        ]
        return features.filter { $0.0 == true }.map { "\(handler.name.isEmpty ? "(default)" : handler.name): \($0.1)" }
      })
  }

  private static func down(_ condition: String, _ before: Snapshot, _ after: Snapshot) -> (
    before: String, after: String
  )? {
    guard after.runtime.condition(condition) != true else { return nil }
    let found = after.runtime.conditions.first { $0.type == condition }
    let words = [found?.reason, found?.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(
      separator: ": ")
    let now = found == nil ? "not reported" : words.isEmpty ? "false" : "false, \(words)"
    return (before.runtime.condition(condition).map { "\($0)" } ?? "not reported", now)
  }
}
