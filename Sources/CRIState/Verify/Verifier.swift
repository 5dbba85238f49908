internal import CRIMessages
internal import CRIProtobuf

extension Report {
  /// Compares two snapshots of one node by the rules of a scenario. Reads nothing, changes nothing.
  public init(scenario: Scenario, before: Snapshot, after: Snapshot) {
    var verifier = Verifier(before: before, after: after)
    verifier.run()
    // Of another node nothing can be said at all.
    let predictions = verifier.isForeign ? [] : Kubelet(before: before, after: after).predictions()
    self.init(
      scenario: scenario, before: Side(before), after: Side(after),
      findings: verifier.findings.sorted { a, b in
        a.rule.severity != b.rule.severity
          ? a.rule.severity > b.rule.severity : ("\(a.object)", a.rule.id) < ("\(b.object)", b.rule.id)
      },
      predictions: predictions, unchecked: verifier.unchecked,
      isPartial: !before.unread.isEmpty || !after.unread.isEmpty, vacuous: verifier.vacuous)
  }
}

/// Applies the tables of rules to pairs of records.
private struct Verifier {
  let before: Snapshot
  let after: Snapshot
  let podsBefore: [String: PodName]
  var findings: [Finding] = []
  var unchecked: [Unread] = []
  var vacuous: String?
  var isForeign = false

  init(before: Snapshot, after: Snapshot) {
    self.before = before
    self.after = after
    podsBefore = Dictionary(before.sandboxes.map { ($0.id, $0.pod) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func run() {
    if isOfAnotherNode {
      isForeign = true
      vacuous = "the snapshot is of another node (\(before.host.name), this is \(after.host.name))"
      return
    }
    check(NodeRules.table, before, after) {
      $0.id.hasPrefix("host.") ? ObjectName(.node) : ObjectName(.runtime)
    }
    sandboxes()
    containers()
    images()
    listUnchecked()
    vacuous = emptiness()
  }

  private mutating func report(_ rule: Rule, _ object: ObjectName, _ before: String, _ after: String) {
    findings.append(Finding(rule: rule, object: object, before: before, after: after))
  }

  private mutating func check<S>(_ table: [Check<S>], _ was: S, _ now: S, _ object: (Rule) -> ObjectName) {
    for check in table {
      guard let (before, after) = check.violation(was, now) else { continue }
      report(check.rule, object(check.rule), before, after)
    }
  }

  // MARK: Sandboxes

  private mutating func sandboxes() {
    let now = Dictionary(after.sandboxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.sandboxes {
      let object = ObjectName.pod(was)
      switch (was.isReady, now[was.id]) {
      case (true, let found?): check(SandboxRules.table, was, found) { _ in object }
      case (_, nil) where after.lacks(.pod, was.id): break
      case (true, nil): report(SandboxRules.missing, object, "sandbox \(was.id)", successor(of: was))
      case (false, let found?) where found.isReady:
        report(SandboxRules.cameBack, object, "not ready", "ready")
      case (false, nil): report(SandboxRules.collected, object, "not ready", "gone")
      case (false, _): break
      }
    }
    let ready = after.sandboxes.filter(\.isReady)
    for (_, several) in Dictionary(grouping: ready, by: \.pod.uid) where several.count > 1 {
      report(SandboxRules.several, .pod(several[0]), "1 ready", "\(several.count) ready")
    }
    for (address, owners) in Dictionary(
      grouping: ready.filter { !$0.isHostNetwork && !$0.ip.isEmpty }, by: \.ip)
    where owners.count > 1 {
      let names = owners.map { "\($0.pod)" }.sorted().joined(separator: ", ")
      report(SandboxRules.duplicate, .pod(owners[0]), address, "\(address) of \(names)")
    }
    for late in ready where late.status.createdAt > after.taken {
      report(SandboxRules.future, .pod(late), "\(late.status.createdAt)", "now is \(after.taken)")
    }
  }

  /// A pod whose sandbox is gone may have a new one: then kubelet has replaced it already.
  private func successor(of was: SandboxRecord) -> String {
    let heir = after.sandboxes.first { $0.pod.uid == was.pod.uid && $0.isReady }
    return heir.map { "replaced by \($0.id)" } ?? "none"
  }

  // MARK: Containers

  private mutating func containers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.containers {
      let object = ObjectName(.container, pod: podsBefore[was.sandboxID], name: was.name, id: was.id)
      if let found = now[was.id] {
        check(ContainerRules.table, was, found) { _ in object }
      } else if after.lacks(.container, was.id) {
        continue
      } else if was.status.state == .exited {
        let ended = "exited \(was.status.exitCode)"
        if isLastOfItsName(was) {
          report(ContainerRules.forgotten, object, ended, "none")
        } else {
          report(ContainerRules.collected, object, ended, "gone")
        }
      } else {
        report(ContainerRules.missing, object, Words.value(was.status.state), "none")
      }
    }
  }

  /// Whether an ended container was the newest of its name in a pod that is ready all the time, and nothing follows it.
  private func isLastOfItsName(_ was: ContainerRecord) -> Bool {
    let isReady = [before, after].allSatisfy { $0.sandboxes.contains { $0.id == was.sandboxID && $0.isReady } }
    func isSibling(_ other: ContainerRecord) -> Bool {
      other.sandboxID == was.sandboxID && other.name == was.name && other.id != was.id
    }
    return isReady && !after.containers.contains(where: isSibling)
      && !before.containers.contains { isSibling($0) && $0.status.createdAt > was.status.createdAt }
  }

  // MARK: Images

  private mutating func images() {
    if after.lacks(.image) { return }
    let readySandboxes = Set(before.sandboxes.filter(\.isReady).map(\.id))
    let users = before.containers.filter { readySandboxes.contains($0.sandboxID) }
    let used = Set(users.flatMap { [$0.status.imageRef, $0.status.imageID, $0.status.image?.image ?? ""] })
    let now = Dictionary(after.images.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.images {
      let object = ObjectName(.image, name: was.repoTags.first ?? was.repoDigests.first ?? "", id: was.id)
      guard let found = now[was.id] else {
        // A pinned one is the pause image: without it no pod starts.
        let isUsed = was.pinned || ([was.id] + was.repoTags + was.repoDigests).contains(where: used.contains)
        report(isUsed ? NodeRules.imageMissing : NodeRules.imageCollected, object, was.id, "none")
        continue
      }
      let (old, new) = (
        (was.repoTags + was.repoDigests).sorted(), (found.repoTags + found.repoDigests).sorted()
      )
      if old != new { report(NodeRules.imageNames, object, Words.value(old), Words.value(new)) }
      if was.pinned && !found.pinned { report(NodeRules.imagePinned, object, "pinned", "not pinned") }
    }
  }

  // MARK: Honesty

  private mutating func listUnchecked() {
    unchecked = before.unread.map { Unread(what: "\($0.what) (before)", why: $0.why) } + after.unread
    let ready = before.sandboxes.filter(\.isReady)
    let noPID = ready.filter { $0.facts.pid == nil }.count
    if noPID > 0 {
      unchecked.append(
        Unread(what: "pause process of \(noPID) of \(ready.count) pods", why: "the runtime tells no pid"))
    }
    if before.daemon.wasReplaced(by: after.daemon) == nil {
      unchecked.append(
        Unread(what: "that the daemon was restarted", why: "its process cannot be seen from here"))
    }
    if before.host.bootID == nil || after.host.bootID == nil {
      unchecked.append(Unread(what: "that the node was not rebooted", why: "the boot id could not be read"))
    }
    unchecked.append(
      Unread(
        what: "the addresses in the network namespaces, and that the processes live",
        why: "only what the runtime answers is compared"))
  }

  private var isOfAnotherNode: Bool {
    if let was = before.host.machineID, let now = after.host.machineID { return was != now }
    return before.host.name != after.host.name
  }

  private func emptiness() -> String? {
    if !before.sandboxes.contains(where: \.isReady) && before.containers.isEmpty {
      return "the snapshot has no ready pod and no container: there is nothing to verify"
    }
    if before.daemon.wasReplaced(by: after.daemon) == false, before.host.bootID == after.host.bootID {
      return "the daemon was not restarted: it is still process \(after.daemon.pid ?? 0)"
    }
    return nil
  }
}
