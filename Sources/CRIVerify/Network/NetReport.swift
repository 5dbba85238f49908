package import CRIJSON
internal import CRIMessages
package import CRISnapshot

/// The pods' networks, judged.
package struct NetReport: Hashable, Sendable {
  package static let schema = 1

  package struct Row: Hashable, Sendable {
    /// As the list has it, where its status could not be read.
    package let sandbox: SandboxRecord
    package let verdict: NetworkVerdict
    package let isRead: Bool
  }

  /// No pod fits what was asked for.
  package struct UnknownPod: Error, Hashable, Sendable {
    package let word: String
  }

  package enum Verdict: Hashable, Sendable {
    case ok
    /// At least one pod's network is not what it should be.
    case bad
    /// None is known to be bad, and of at least one it could not be read.
    case unread
  }

  package let rows: [Row]
  /// What could not be read of these pods.
  package let unchecked: [Unread]
  private let host: Host
  private let runtime: RuntimeFacts
  private let hasUnreadPods: Bool

  /// - Parameter pods: names, `NAMESPACE/NAME`, uids or beginnings of ids; empty for all.
  /// - Throws: where one of them fits nothing.
  package init(_ snapshot: Snapshot, pods: [String] = []) throws(UnknownPod) {
    let faults = Dictionary(snapshot.unread.filter { $0.kind == .pod }.map { ($0.id, $0.why) }) { first, _ in first }
    let others = snapshot.unread.compactMap(SandboxRecord.init(unread:))
    for pod in pods where !(snapshot.sandboxes + others).contains(where: { Self.matches($0, pod) }) {
      throw UnknownPod(word: pod)
    }
    func isChosen(_ sandbox: SandboxRecord) -> Bool { pods.isEmpty || pods.contains { Self.matches(sandbox, $0) } }
    let chosen = snapshot.sandboxes.filter(isChosen)
    // The address of a chosen pod may be that of another one.
    let book = AddressBook(snapshot.sandboxes, snapshot.containers)
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    let read = chosen.map { sandbox in
      Row(
        sandbox: sandbox,
        verdict: NetworkVerdict(of: sandbox, containers: containers[sandbox.id] ?? [], book: book), isRead: true)
    }
    let unreadRows = others.filter(isChosen).map { sandbox in
      Row(sandbox: sandbox, verdict: NetworkVerdict(unread: sandbox, why: faults[sandbox.id] ?? ""), isRead: false)
    }
    rows = (read + unreadRows).sorted { Self.order($0.sandbox) < Self.order($1.sandbox) }
    var part = snapshot
    part.sandboxes = chosen
    part.containers = chosen.flatMap { containers[$0.id] ?? [] }
    // Of one without a name, nobody knows whether it was meant.
    let passedOver = Set(others.filter { !isChosen($0) }.map(\.id))
    let unread = snapshot.unread.filter { $0.kind == .pod && !passedOver.contains($0.id) }
    hasUnreadPods = !unread.isEmpty
    unchecked = unread + part.unreadTruth
    (host, runtime) = (snapshot.host, snapshot.runtime)
  }

  static func matches(_ sandbox: SandboxRecord, _ word: String) -> Bool {
    let pod = sandbox.pod
    return word == pod.name || word == "\(pod)" || word == pod.uid || !word.isEmpty && sandbox.id.hasPrefix(word)
  }

  private static func order(_ sandbox: SandboxRecord) -> (String, String, Int) {
    // The living one before what is left of those before it.
    (sandbox.pod.namespace, sandbox.pod.name, sandbox.isReady ? 0 : 1)
  }

  package var verdict: Verdict {
    if rows.contains(where: \.verdict.kind.isBad) { return .bad }
    return hasUnreadPods || rows.contains { $0.verdict.kind == .unknown } ? .unread : .ok
  }

  /// - Parameter exitCode: what `cri net` ends with.
  package func json(exitCode: Int32) -> JSON {
    [
      "kind": "cri-net", "schema": JSON(Self.schema), "node": .string(host.name),
      "runtime": .string("\(runtime.name) \(runtime.version)"), "exitCode": JSON(exitCode),
      "summary": .object(
        JSONObject(
          NetworkVerdict.Kind.allCases.map { kind in
            (kind.rawValue, JSON(rows.count { $0.verdict.kind == kind }))
          })),
      "pods": .array(rows.map(\.json)),
      "unchecked": .array(unchecked.map { ["what": .string($0.what), "why": .string($0.why)] }),
    ]
  }
}

extension SandboxRecord {
  /// What the runtime's list tells of a sandbox whose status could not be read; nil for anything else.
  fileprivate init?(unread: Unread) {
    guard unread.kind == .pod, let pod = unread.pod, let isReady = unread.isLive else { return nil }
    let metadata = PodSandboxMetadata(name: pod.name, uid: pod.uid, namespace: pod.namespace)
    self.init(status: PodSandboxStatus(id: unread.id, metadata: metadata, state: isReady ? .ready : .notReady))
  }
}

extension NetReport.Row {
  fileprivate var json: JSON {
    let namespace = sandbox.facts.networkNamespace
    return [
      "namespace": .string(sandbox.pod.namespace), "pod": .string(sandbox.pod.name), "uid": .string(sandbox.pod.uid),
      "id": .string(sandbox.id), "verdict": .string(verdict.kind.rawValue),
      "reasons": .array(verdict.reasons.map { .string($0) }),
      "addresses": isRead ? .array(sandbox.addresses.map { .string($0) }) : .null,
      "networkNamespace": namespace.map { .string($0) } ?? .null,
      "realAddresses": sandbox.realAddresses.map { .array($0.map { .string("\($0)") }) } ?? .null,
      "truth": sandbox.truth?.json ?? .null,
    ]
  }
}
