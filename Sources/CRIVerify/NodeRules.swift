internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

/// The rules for the node and its runtime.
enum NodeRules {
  static let table: [Check<Snapshot>] = [
    Check(.runtimeName, same: { $0.runtime.name }),
    Check(
      .runtimeVersion,
      same: { $0.runtime.version }),
    // A new operating system comes with a reboot, and often with a new runtime.
    Check(
      .runtimeRebootedVersion,
      same: { $0.runtime.version }),
    Check(.runtimeReady) {
      down("RuntimeReady", $0, $1)
    },
    Check(.runtimeNetwork) {
      $0.runtime.condition("NetworkReady") == false ? nil : down("NetworkReady", $0, $1)
    },
    // The change did not cause this, so it is not a loss, but it is still a problem.
    Check(
      .runtimeNetworkNotReadyBefore
    ) {
      $0.runtime.condition("NetworkReady") == false ? down("NetworkReady", $0, $1) : nil
    },
    Check(.runtimeCondition) { before, after in
      let ready: Set = ["RuntimeReady", "NetworkReady"]
      let earlier = Dictionary(before.runtime.conditions.map { ($0.type, $0.status) }) { first, _ in first }
      let changes = after.runtime.conditions.filter {
        !$0.status && !ready.contains($0.type) && earlier[$0.type] == true
      }
      return changes.isEmpty
        ? nil : (.status(.isTrue), .conditions(changes))
    },
    Check(.runtimeHandlers) {
      before, after in
      let unused = unusedBuiltIns(before, after)
      return lostHandlers(before, after) { !unused.contains($0) }
    },
    Check(
      .runtimeUnusedHandlers
    ) { before, after in
      let unused = unusedBuiltIns(before, after)
      return lostHandlers(before, after) { unused.contains($0) }
    },
    Check(
      .runtimeFeatures
    ) {
      before, after in
      let kept = Set(features(after, of: after))
      let lost = features(before, of: after).filter { !kept.contains($0) }
      return lost.isEmpty ? nil : (.features(lost), .none)
    },
    Check(.runtimeUsedHandlers) {
      before, after in
      // Older runtimes do not list handlers.
      guard !after.runtime.handlers.isEmpty else { return nil }
      let used = Set(before.sandboxes.filter(\.isReady).map(\.status.runtimeHandler)).subtracting([""])
      let lost = used.subtracting(after.runtime.handlers.map(\.name))
      return lost.isEmpty ? nil : (.handlers(lost.sorted()), .none)
    },
    Check(.runtimeCgroupDriver) {
      guard let old = $0.runtime.settings?.cgroupDriver, let now = $1.runtime.settings?.cgroupDriver, old != now
      else { return nil }
      return (.text(old), .text(now))
    },
    Check(.runtimeCNI) {
      // The first configuration of a network is an improvement, not a loss.
      guard let old = $0.runtime.settings?.networks, let now = $1.runtime.settings?.networks, old != now, !old.isEmpty
      else { return nil }
      return (.networks(old), now.isEmpty ? .none : .networks(now))
    },
    Check(.runtimePauseImage) { before, after in
      guard !after.imagesAreUnchecked, let image = after.pauseImage, !has(after, image) else { return nil }
      let old = before.pauseImage
      return old == image && !has(before, image)
        ? nil : (old.map { .text($0) } ?? .status(.unknown), .absentImage(image))
    },
    Check(.runtimeOCI) {
      ociChanges($0, $1) { kind($0.path) != kind($1?.path) }
    },
    Check(.runtimeOCIPath) {
      // A link to the same file refers to the same program.
      ociChanges($0, $1) { $0.path != $1?.path && $0.file != $1?.file && kind($0.path) == kind($1?.path) }
    },
    Check(.runtimeOCIVersion) {
      versions($0) == versions($1) || versions($0).isEmpty || versions($1).isEmpty
        ? nil : (.texts(versions($0)), .texts(versions($1)))
    },
    Check(.runtimeDaemon) {
      $0.daemon.wasReplaced(by: $1.daemon) == true
        ? (.daemon($0.daemon.pid ?? 0), .daemon($1.daemon.pid ?? 0)) : nil
    },
    Check(.runtimeAPI) { before, after in
      before.runtime.api == .v1 && after.runtime.api != .v1 ? (.api(.v1), .api(after.runtime.api)) : nil
    },
    Check(.runtimeOldAPI) { lostOldVersion($0, $1) },
    Check(.runtimeDroppedAPI) {
      lostOldVersion($0, $1)
    },
    Check(
      .runtimeBinary
    ) { before, after in
      guard let program = after.daemon.replacedProgram else { return nil }
      // Skip a daemon whose program had already been replaced before the change and that was not restarted.
      let isOld = before.daemon.wasReplaced(by: after.daemon) == false && before.daemon.replacedProgram != nil
      return isOld
        ? nil
        : (
          (before.daemon.replacedProgram ?? before.daemon.executable).map { .text($0) } ?? .status(.unknown),
          .deletedProgram(program)
        )
    },
    Check(
      .hostBoot
    ) { before, after in
      guard let old = before.host.bootID, let now = after.host.bootID, old != now else { return nil }
      return (.text(old), .text(now))
    },
    Check(.nodeName) { RenamedNode(before: $0, after: $1).map { (.text($0.before), .text($0.after)) } },
  ]

  private static func lostOldVersion(_ before: Snapshot, _ after: Snapshot) -> ValuePair? {
    before.runtime.servesV1alpha2 == true && after.runtime.servesV1alpha2 == false ? (.bothAPIs, .api(.v1)) : nil
  }

  private static func has(_ snapshot: Snapshot, _ image: String) -> Bool {
    snapshot.images.contains { $0.hasName(image) }
  }

  /// The program's name, such as `runc` or `crun`, regardless of its directory.
  private static func kind(_ path: String?) -> Substring? { path?.split(separator: "/").last }

  /// The OCI runtimes whose path differs, before and after; the value after is nil if the handler no longer exists.
  private static func ociChanges(
    _ before: Snapshot, _ after: Snapshot, where counts: (OCIRuntime, OCIRuntime?) -> Bool
  ) -> ValuePair? {
    guard let earlier = before.observed?.ociRuntimes?.value, let now = after.observed?.ociRuntimes?.value else {
      return nil
    }
    let defaultRuntime = now.first(where: \.isDefault)
    let isPartial = after.runtime.name == RuntimeProduct.crio.rawValue && defaultRuntime == nil
    let byHandler = Dictionary(now.map { ($0.handler, $0) }) { first, _ in first }
    let changes = earlier.compactMap { old -> (OCIRuntimeProgram, OCIRuntimeProgram?)? in
      // The default handler is compared by its role, not by its name.
      let new = old.isDefault && !isPartial ? defaultRuntime : byHandler[old.handler]
      // If CRI-O does not report its configuration, nothing is known about its other handlers.
      if new == nil, isPartial { return nil }
      guard counts(old, new) else { return nil }
      return (
        OCIRuntimeProgram(handler: old.handler, path: old.path),
        new.map { OCIRuntimeProgram(handler: $0.handler, path: $0.path) }
      )
    }
    return changes.isEmpty ? nil : (.ociRuntimes(changes.map(\.0)), .ociRuntimes(changes.map(\.1)))
  }

  private static func versions(_ snapshot: Snapshot) -> [String] {
    var seen: Set<String> = []
    return (snapshot.observed?.ociRuntimes?.value ?? []).compactMap(\.version.value).filter { seen.insert($0).inserted }
  }

  private static func lostHandlers(
    _ before: Snapshot, _ after: Snapshot, where counts: (String) -> Bool
  ) -> ValuePair? {
    // Older runtimes do not list handlers.
    guard !after.runtime.handlers.isEmpty else { return nil }
    let lost = Set(before.runtime.handlers.map(\.name)).subtracting(after.runtime.handlers.map(\.name)).filter(counts)
    return lost.isEmpty ? nil : (.handlers(lost.sorted()), .none)
  }

  /// The handlers that no pod used. The built-in handlers depend on the version: newer versions of CRI-O have added
  /// crun.
  private static func unusedBuiltIns(_ before: Snapshot, _ after: Snapshot) -> Set<String> {
    guard before.runtime.version != after.runtime.version else { return [] }
    let used = before.sandboxes.filter(\.isReady).flatMap {
      [$0.status.runtimeHandler, $0.facts.runtimeHandler ?? ""]
    }
    return Set(before.runtime.handlers.map(\.name)).subtracting(used).subtracting([""])
  }

  /// The features of those handlers that `other` also has, sorted by handler.
  private static func features(_ snapshot: Snapshot, of other: Snapshot) -> [HandlerFeature] {
    let known = Set(other.runtime.handlers.map(\.name))
    return snapshot.runtime.handlers.filter { known.contains($0.name) }.flatMap { handler in
      let features: [(Bool?, HandlerFeature.Kind)] = [
        (handler.features?.recursiveReadOnlyMounts, .recursiveReadOnlyMounts),
        (handler.features?.userNamespaces, .userNamespaces),
      ]
      return features.filter { $0.0 == true }.map { HandlerFeature(handler: handler.name, kind: $0.1) }
    }
  }

  private static func down(_ condition: String, _ before: Snapshot, _ after: Snapshot) -> ValuePair? {
    guard after.runtime.condition(condition) != true else { return nil }
    let found = after.runtime.conditions.first { $0.type == condition }
    return (
      .condition(isTrue: before.runtime.condition(condition), reason: "", message: ""),
      .condition(isTrue: found?.status, reason: found?.reason ?? "", message: found?.message ?? "")
    )
  }
}
