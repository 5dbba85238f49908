internal import CRIMessages
package import CRISnapshot

/// The verdicts about the pods' networks.
package struct NetReport: Hashable, Sendable {
  package static let schema = 2

  package struct Row: Hashable, Sendable {
    /// The sandbox; only its list entry if its status could not be read.
    package let sandbox: SandboxRecord
    package let verdict: NetworkVerdict
    package let isRead: Bool
  }

  /// No pod matches the request.
  package struct UnknownPod: Error, Hashable, Sendable {
    package let word: String
  }

  package enum Verdict: Hashable, Sendable {
    case ok
    /// At least one pod's network is broken.
    case bad
    /// No network is known to be broken, but at least one could not be read.
    case unread
  }

  package let rows: [Row]
  /// What could not be read about these pods.
  package let unchecked: [Unchecked]
  package let host: NodeIdentity
  package let runtime: RuntimeFacts
  private let hasUnreadPods: Bool

  /// - Parameter pods: Names, `NAMESPACE/NAME`, UIDs or prefixes of IDs; empty for all pods.
  /// - Throws: An error if one of them does not match any pod.
  package init(_ snapshot: Snapshot, pods: [String] = []) throws(UnknownPod) {
    let reasons = Dictionary(snapshot.unchecked.compactMap { entry in entry.object.map { ($0.id, entry.reason) } }) {
      $1
    }
    let others = snapshot.unchecked.compactMap(SandboxRecord.init(unchecked:))
    for pod in pods where !(snapshot.sandboxes + others).contains(where: { Self.matches($0, pod) }) {
      throw UnknownPod(word: pod)
    }
    func isChosen(_ sandbox: SandboxRecord) -> Bool { pods.isEmpty || pods.contains { Self.matches(sandbox, $0) } }
    let chosen = snapshot.sandboxes.filter(isChosen)
    // A chosen pod's address may conflict with that of a pod that is not chosen, so the address book contains all pods.
    let book = AddressBook(snapshot.sandboxes, snapshot.containers)
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    let read = chosen.map { sandbox in
      Row(
        sandbox: sandbox,
        verdict: NetworkVerdict(of: sandbox, containers: containers[sandbox.id] ?? [], book: book), isRead: true)
    }
    let unreadRows = others.filter(isChosen).map { sandbox in
      Row(
        sandbox: sandbox,
        verdict: NetworkVerdict(unchecked: sandbox, reasons[sandbox.id] ?? .notExamined), isRead: false)
    }
    rows = (read + unreadRows).sorted { Self.order($0.sandbox) < Self.order($1.sandbox) }
    var part = snapshot
    part.sandboxes = chosen
    part.containers = chosen.flatMap { containers[$0.id] ?? [] }
    // An entry without a pod's name may belong to a chosen pod.
    let notChosen = Set(others.filter { !isChosen($0) }.map(\.id))
    let unread = snapshot.unchecked.filter { entry in
      entry.object.map { $0.kind == .pod && !notChosen.contains($0.id) } ?? false
    }
    hasUnreadPods = !unread.isEmpty
    unchecked = unread + part.unknownObservations
    (host, runtime) = (snapshot.host, snapshot.runtime)
  }

  static func matches(_ sandbox: SandboxRecord, _ word: String) -> Bool {
    let pod = sandbox.pod
    return word == pod.name || word == "\(pod)" || word == pod.uid || !word.isEmpty && sandbox.id.hasPrefix(word)
  }

  private static func order(_ sandbox: SandboxRecord) -> (String, String, Int) {
    // A ready sandbox takes precedence over earlier sandboxes that are not ready.
    (sandbox.pod.namespace, sandbox.pod.name, sandbox.isReady ? 0 : 1)
  }

  package var verdict: Verdict {
    if rows.contains(where: \.verdict.kind.isBad) { return .bad }
    return hasUnreadPods || rows.contains { $0.verdict.kind == .unknown } ? .unread : .ok
  }
}

extension SandboxRecord {
  /// What the runtime's list says about a sandbox whose status could not be read; nil for any other entry.
  fileprivate init?(unchecked entry: Unchecked) {
    guard let object = entry.object, object.kind == .pod, let pod = object.pod, let isReady = entry.isLive else {
      return nil
    }
    let metadata = PodSandboxMetadata(name: pod.name, uid: pod.uid, namespace: pod.namespace)
    self.init(status: PodSandboxStatus(id: object.id, metadata: metadata, state: isReady ? .ready : .notReady))
  }
}
