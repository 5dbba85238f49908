internal import CRIMessages
internal import CRIProtobuf

/// What must hold for the node and its runtime across the daemon's restart.
enum NodeRules {
  static let table: [Check<Snapshot>] = [
    Check("runtime.name", .major, "runtime_name", "another runtime answers", same: { $0.runtime.name }),
    Check(
      "runtime.version", .major, "runtime_version", "a restart changes no version",
      same: { $0.runtime.version }),
    Check("runtime.ready", .critical, "RuntimeReady", "kubelet marks the node NotReady") {
      down("RuntimeReady", $0, $1)
    },
    Check("runtime.network", .critical, "NetworkReady", "kubelet refuses pods that need a network") {
      down("NetworkReady", $0, $1)
    },
    Check("runtime.condition", .info, "conditions", "the runtime has something to say") { before, after in
      let ready: Set = ["RuntimeReady", "NetworkReady"]
      let news = after.runtime.conditions.filter {
        !$0.status && !ready.contains($0.type) && before.runtime.condition($0.type) == true
      }
      return news.isEmpty
        ? nil : ("true", news.map { "\($0.type) false: \($0.reason)" }.joined(separator: ", "))
    },
    Check("runtime.handlers", .major, "runtime_handlers", "pods of that RuntimeClass cannot be managed") {
      before, after in
      let lost = Set(before.runtime.handlers.map(\.name)).subtracting(after.runtime.handlers.map(\.name))
      return lost.isEmpty
        ? nil : (lost.sorted().map { $0.isEmpty ? "(default)" : $0 }.joined(separator: ", "), "none")
    },
    Check("runtime.features", .major, "runtime_handlers.features", "pods that need them cannot be started") {
      before, after in
      let lost = features(before, of: after).subtracting(features(after, of: after))
      return lost.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },
    Check("runtime.api", .major, "version", "kubelet from 1.26 speaks only v1") { before, after in
      before.runtime.api == .v1 && after.runtime.api != .v1 ? ("v1", "\(after.runtime.api)") : nil
    },
    Check(
      "runtime.binary", .major, "executable", "the daemon is older than the shims and tools beside it: restart it"
    ) { before, after in
      guard let now = after.daemon.executable, now.hasSuffix(deleted) else { return nil }
      return (before.daemon.executable ?? "unknown", "\(now.dropLast(deleted.count)), deleted")
    },
    Check("host.boot", .major, "boot id", "the node was rebooted: a restart was expected") { before, after in
      guard let was = before.host.bootID, let now = after.host.bootID, was != now else { return nil }
      return (was, now)
    },
  ]

  static let images = [imageMissing, imageCollected, imageNames, imagePinned]

  static let imageMissing = Rule(
    "image.missing", .major, "images", "it must be pulled again: a ready pod uses it, or it is pinned")
  static let imageCollected = Rule(
    "image.collected", .info, "images", "an image that no ready pod uses is gone")
  static let imageNames = Rule(
    "image.names", .minor, "repo_tags, repo_digests", "the image is found by other names")
  static let imagePinned = Rule(
    "image.pinned", .major, "pinned", "kubelet may delete it; without the pause image no pod starts")

  /// What the kernel says of a program whose file was replaced.
  private static let deleted = " (deleted)"

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
