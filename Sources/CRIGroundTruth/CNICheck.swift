package import CRIState
internal import CRISystem

/// What CNI's plugins would find wrong with pods' networks if they were asked now (CNI specification, `CHECK`).
///
/// A CRI-O that starts asks them, and forgets the addresses of each pod with which they find a fault. Here they are not
/// run: it is compared what the projects' own plugins compare, and nothing is claimed of others.
package struct CNICheck: Sendable {
  /// Those that look whether the pod's interface is as they made it.
  private static let known: Set<String> = ["bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device"]

  package var places: Places
  /// What namespaces may take all together.
  package var timeLimit: Duration

  package init(places: Places = Places(), timeLimit: Duration = .seconds(5)) {
    self.places = places
    self.timeLimit = timeLimit
  }

  /// It blocks: for a thread of its own.
  /// - Returns: what is wrong, by the sandbox's id; unread where that could not be seen of one of them.
  package func faults(of snapshot: Snapshot) -> Reading<[String: String]> {
    let view = NodeView(daemon: snapshot.daemon.pid, places: places)
    let pods = snapshot.sandboxes.filter { $0.isReady && !$0.isHostNetwork && $0.facts.networkNamespace != nil }
    let cache = CNICache(folder: "\(view.cni)/results", ids: Set(pods.map(\.id)))
    // Whose entries cannot be read is another rule's matter.
    let made = pods.map { pod in (cache.entries(of: pod.id).value ?? []).filter(Self.isChecked) }
    let asked = pods.indices.filter { !made[$0].isEmpty }
    guard !asked.isEmpty else { return .read([:]) }
    var questions = asked.map { index in
      let path = view.path(pods[index].facts.networkNamespace ?? "")
      return NamespaceReader.Question(path: path, isSure: view.seesAllPaths, process: nil)
    }
    let host = "\(places.proc)/\(snapshot.daemon.pid.map { "\($0)" } ?? "self")/ns/net"
    questions.append(NamespaceReader.Question(path: host, isSure: true, process: nil))
    let answers = NamespaceReader.read(questions, within: timeLimit)
    var faults: [String: String] = [:]
    var unread: UnreadReason?
    for (index, answer) in zip(asked, answers) {
      // That the namespace is gone is another rule's finding.
      switch (answer.interfaces, answers.last?.interfaces) {
      case (.read(let inside)?, .read(let outside)?):
        let fault = made[index].lazy.compactMap { Self.fault($0, inside, outside) }.first
        if let fault { faults[pods[index].id] = fault }
      case (.unread(let reason)?, _), (.read?, .unread(let reason)?): unread = reason
      default: break
      }
    }
    // What was found is worth more than that something could not be seen.
    if let unread, faults.isEmpty { return .unread(unread) }
    return .read(faults)
  }

  private static func isChecked(_ entry: CNICache.Entry) -> Bool {
    entry.hasCheck && entry.plugin.map(known.contains) == true
  }

  /// - Parameters:
  ///   - inside: the pod's interfaces.
  ///   - outside: the node's.
  /// - Returns: nil where all is as it was made.
  static func fault(_ entry: CNICache.Entry, _ inside: [InterfaceTruth], _ outside: [InterfaceTruth]) -> String? {
    let name = entry.facts.interface
    guard let own = inside.first(where: { $0.name == name }) else { return "there is no \(name) in the pod any more" }
    let held = Set(own.addresses.map(\.address))
    for text in entry.facts.addresses {
      if let address = IPAddress(text), !held.contains(address) { return "\(name) has no \(text) any more" }
    }
    for was in entry.interfaces ?? [] {
      let isInside = !was.sandbox.isEmpty
      // Only this one looks at what it made on the host.
      guard isInside ? was.name == name : entry.plugin == "bridge" else { continue }
      guard let now = (isInside ? inside : outside).first(where: { $0.name == was.name }) else {
        return "there is no \(was.name) on the node any more"
      }
      guard was.mac.isEmpty || now.mac.lowercased() == was.mac.lowercased() else {
        return "\(was.name) has the address \(now.mac), it was made with \(was.mac)"
      }
    }
    return nil
  }
}
