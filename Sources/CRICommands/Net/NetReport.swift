package import CRIJSON
package import CRIState

/// The pods' networks, judged.
package struct NetReport: Hashable, Sendable {
  package static let schema = 1

  package struct Row: Hashable, Sendable {
    package let sandbox: SandboxRecord
    package let verdict: NetworkVerdict
  }

  package let rows: [Row]
  /// What could not be read of these pods.
  package let unchecked: [Unread]
  private let host: Host
  private let runtime: RuntimeFacts
  private let hasUnreadPods: Bool

  /// - Parameter pods: names, `NAMESPACE/NAME`, uids or beginnings of ids; empty for all.
  /// - Throws: where one of them fits nothing.
  package init(_ snapshot: Snapshot, pods: [String] = []) throws(Failure) {
    for pod in pods where !snapshot.sandboxes.contains(where: { Self.matches($0, pod) }) {
      throw Failure(
        .usage, "no pod is called \(pod), by name, namespace/name, UID or the beginning of its ID; see: cri pods")
    }
    let chosen = snapshot.sandboxes.filter { sandbox in
      pods.isEmpty || pods.contains { Self.matches(sandbox, $0) }
    }
    // The address of a chosen pod may be that of another one.
    let book = AddressBook(snapshot.sandboxes, snapshot.containers)
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    rows = chosen.sorted { Self.order($0) < Self.order($1) }.map { sandbox in
      Row(
        sandbox: sandbox,
        verdict: NetworkVerdict(of: sandbox, containers: containers[sandbox.id] ?? [], book: book))
    }
    var part = snapshot
    part.sandboxes = chosen
    part.containers = chosen.flatMap { containers[$0.id] ?? [] }
    let unread = snapshot.unread.filter { $0.kind == .pod }
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

  var code: ExitCodes {
    if rows.contains(where: \.verdict.kind.isBad) { return .failed }
    return hasUnreadPods || rows.contains { $0.verdict.kind == .unknown } ? .unreachable : .done
  }

  package var json: JSON {
    [
      "kind": "cri-net", "schema": JSON(Self.schema), "node": .string(host.name),
      "runtime": .string("\(runtime.name) \(runtime.version)"), "exitCode": JSON(code.rawValue),
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

extension NetReport.Row {
  fileprivate var json: JSON {
    let namespace = sandbox.facts.networkNamespace
    return [
      "namespace": .string(sandbox.pod.namespace), "pod": .string(sandbox.pod.name), "uid": .string(sandbox.pod.uid),
      "id": .string(sandbox.id), "verdict": .string(verdict.kind.rawValue),
      "reasons": .array(verdict.reasons.map { .string($0) }),
      "addresses": .array(sandbox.addresses.map { .string($0) }),
      "networkNamespace": namespace.map { .string($0) } ?? .null,
      "realAddresses": sandbox.realAddresses.map { .array($0.map { .string("\($0)") }) } ?? .null,
      "truth": sandbox.truth?.json ?? .null,
    ]
  }
}
