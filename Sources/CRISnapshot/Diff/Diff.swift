internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Compares two snapshots field by field, without judging the differences.
public enum Diff {
  /// Returns the differences. Whatever is unchecked in either snapshot is not compared: see `Snapshot.unchecked`.
  /// - Parameter all: Whether to include fields that change by themselves (times, the daemon's pid).
  public static func changes(from before: Snapshot, to after: Snapshot, all: Bool = false) -> [Change] {
    var changes: [Change] = []
    changes += compare(ObjectName(.node), nodeFields(before), nodeFields(after))
    changes += compare(ObjectName(.runtime), runtimeFields(before), runtimeFields(after))
    let pods = Dictionary(
      (before.sandboxes + after.sandboxes).map { ($0.id, $0.pod) }, uniquingKeysWith: { first, _ in first })
    changes += match(
      before.sandboxes.filter { !after.isUnchecked(.pod, $0.id) },
      after.sandboxes.filter { !before.isUnchecked(.pod, $0.id) },
      id: \.id, successor: { "\($0.pod.uid)" },
      name: { ObjectName.pod($0) }, fields: \.fields,
      isVolatile: { old, now, field in
        let isHost = old.isHostNetwork && now.isHostNetwork
        return !old.isReady && !now.isReady && networkFields.contains(where: field.hasPrefix)
          || isHost && field.hasPrefix("network.")
      })
    changes += match(
      before.containers.filter { !after.isUnchecked(.container, $0.id) },
      after.containers.filter { !before.isUnchecked(.container, $0.id) }, id: \.id,
      successor: { "\(pods[$0.sandboxID]?.uid ?? "") \($0.name)" },
      name: { ObjectName(.container, pod: pods[$0.sandboxID], name: $0.name, id: $0.id) }, fields: \.fields)
    changes += match(
      after.imagesAreUnchecked ? [] : before.images, before.imagesAreUnchecked ? [] : after.images, id: \.plainID,
      successor: \.plainID,
      name: { ObjectName(.image, name: $0.repoTags.first ?? $0.repoDigests.first ?? "", id: $0.id) },
      fields: { $0.json() })
    return group(changes.filter { all || !$0.isVolatile })
  }

  /// The time of the snapshot and the process that responded, which differ after every restart.
  private static let volatile: Set<String> = ["taken", "daemon.socket", "daemon.pid", "daemon.startTime"]
  /// The network of a sandbox that is not ready, which some runtimes keep and others discard. For a pod on the host's network,
  /// some report an address of the node.
  private static let networkFields = ["network.", "facts.interfaces", "facts.isNetworkNamespaceClosed"]

  /// The document without the sandboxes, containers and images, which make up most of it.
  private static func bare(_ snapshot: Snapshot) -> JSON {
    var bare = snapshot
    (bare.sandboxes, bare.containers, bare.images) = ([], [], [])
    return bare.json
  }

  private static func nodeFields(_ snapshot: Snapshot) -> JSON {
    var fields = bare(snapshot)["host"]?.objectValue ?? [:]
    fields["taken"] = .string("\(snapshot.taken)")
    return .object(fields)
  }

  private static func runtimeFields(_ snapshot: Snapshot) -> JSON {
    let document = bare(snapshot)
    var fields = document["runtime"]?.objectValue ?? [:]
    fields["daemon"] = document["daemon"] ?? .null
    // Keyed by name, so that a change to one condition does not appear as a change to the whole list.
    fields["conditions"] = .object(
      JSONObject(
        snapshot.runtime.conditions.map { condition in
          (condition.type, ["status": .bool(condition.status), "reason": .string(condition.reason)])
        }))
    fields["handlers"] = .object(
      JSONObject(
        snapshot.runtime.handlers.map { handler in
          let name = handler.name.isEmpty ? "(default)" : handler.name
          return (name, ["listed": true, "features": handler.features?.json() ?? .null])
        }))
    return .object(fields)
  }

  /// Pairs objects by ID, and the remaining ones by the key that an object shares with its successor.
  private static func match<T: Equatable>(
    _ before: [T], _ after: [T], id: (T) -> String, successor: (T) -> String, name: (T) -> ObjectName,
    fields: (T) -> JSON, isVolatile: (T, T, String) -> Bool = { _, _, _ in false }
  ) -> [Change] {
    func compare(_ item: T, _ next: T) -> [Change] {
      Self.compare(name(item), fields(item), fields(next)).map { change in
        var change = change
        change.isVolatile = change.isVolatile || isVolatile(item, next, change.field)
        return change
      }
    }
    var changes: [Change] = []
    let now = Dictionary(after.map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
    let idsBefore = Set(before.map(id))
    var successors = Dictionary(grouping: after.filter { !idsBefore.contains(id($0)) }, by: successor)
    for item in before {
      if let same = now[id(item)] {
        if same == item { continue }
        changes += compare(item, same)
      } else if let next = successors[successor(item)]?.popLast() {
        changes += compare(item, next)
      } else {
        changes.append(whole(.removed, name(item)))
      }
    }
    let added = Set(successors.values.joined().map(id))
    changes += after.filter { added.contains(id($0)) }.map { whole(.added, name($0)) }
    return changes
  }

  private static func whole(_ kind: Change.Kind, _ object: ObjectName) -> Change {
    Change(kind: kind, object: object, field: "", before: .null, after: .null, isVolatile: false)
  }

  private static func compare(_ object: ObjectName, _ before: JSON, _ after: JSON) -> [Change] {
    var changes: [Change] = []
    compare(before, after, at: "") { field, old, new in
      changes.append(
        Change(
          kind: .changed, object: object, field: field, before: old, after: new, isVolatile: volatile.contains(field)))
    }
    return changes
  }

  /// Compares objects field by field, and all other values as a whole.
  private static func compare(
    _ before: JSON, _ after: JSON, at path: String, _ differ: (String, JSON, JSON) -> Void
  ) {
    if before == after { return }
    switch (before, after) {
    case (.object(let old), .object(let new)):
      let added = new.keys.filter { old[$0] == nil }
      for key in old.keys + added {
        compare(old[key] ?? .null, new[key] ?? .null, at: path.isEmpty ? key : "\(path).\(key)", differ)
      }
    case (.object(let old), .null):
      compare(before, .object(JSONObject(old.map { ($0.key, .null) })), at: path, differ)
    case (.null, .object(let new)):
      compare(.object(JSONObject(new.map { ($0.key, .null) })), after, at: path, differ)
    default:
      if PlainField.plain(before, of: path) != PlainField.plain(after, of: path) { differ(path, before, after) }
    }
  }

  /// Moves the changes to a pod's containers so that they directly follow those to the pod.
  private static func group(_ changes: [Change]) -> [Change] {
    var order: [String: Int] = [:]
    func rank(_ change: Change) -> Int {
      let key = change.object.pod.map { "\($0) \($0.uid)" } ?? "\(change.object)"
      if let known = order[key] { return known }
      order[key] = order.count
      return order.count - 1
    }
    return changes.enumerated().map { (rank($0.element), $0.offset, $0.element) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}

extension SandboxRecord {
  /// The fields of an object in the document, with those of its status and its facts.
  fileprivate var fields: JSON {
    let document = json
    var fields = document["status"]?.objectValue ?? [:]
    fields["facts"] = document["facts"] ?? .null
    return .object(fields)
  }
}

extension ContainerRecord {
  fileprivate var fields: JSON {
    let document = json
    var fields = document["status"]?.objectValue ?? [:]
    fields["pid"] = document["pid"] ?? .null
    fields["podSandboxId"] = .string(sandboxID)
    return .object(fields)
  }
}
