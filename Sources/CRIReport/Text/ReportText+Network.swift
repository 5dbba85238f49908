package import CRISnapshot

extension ReportText {
  /// Formats one observation about a pod's network.
  package func reason(_ reason: NetworkReason) -> String { worded(Self.text(of: reason)) }

  static func text(of reason: NetworkReason) -> String {
    switch reason {
    case .namespaceNotReported: "the runtime reports no network namespace"
    case .namespaceNotRead: "the network namespace was not read"
    case .namespaceUnknown(let reason): "network namespace: \(text(of: reason))"
    case .namespaceMissing(let path, let kept): "the network namespace \(path) does not exist\(survivors(kept))"
    case .notANamespace(let path, let kept): "\(path) is no longer a network namespace\(survivors(kept))"
    case .otherNamespace(let pid, let inode, let expected):
      "process \(pid) is in network namespace \(inode), but the runtime's path points to \(expected)"
    case .addressLost(let hasOthers, let addresses, let sources, let interfaces):
      lost(hasOthers, addresses, sources, interfaces)
    case .addressNowhere: "neither the runtime nor the network namespace has an address"
    case .invalidAddress(let text): "the runtime reports \"\(text)\", which is not an address"
    case .addressShared(let pod, let address): "\(pod) also has \(address)"
    case .addressNotReported(let addresses):
      "the runtime does not report \(list(addresses)), which CNI assigned to the pod"
    case .interfaces(let interfaces): text(of: interfaces)
    case .interfacesNotRead: "the interfaces were not read"
    case .interfacesUnknown(let reason): "interfaces: \(text(of: reason))"
    case .interfacesDiffer(let interfaces, let reported):
      "\(text(of: interfaces)), but the runtime reports \(list(reported))"
    case .interfacesLack(let names, let addresses):
      "\(list(names)) \(names.count == 1 ? "does" : "do") not have \(list(addresses)), which the runtime reports"
    case .interfaceLacks(let name, let addresses): "\(name) does not have \(list(addresses)), which CNI assigned to it"
    case .interfaceDown(let name): "\(name) is down"
    case .interfaceWithoutCarrier(let name): "\(name) has no carrier: its other end is gone or down"
    case .notInCache:
      "the CNI cache lacks the pod's entry, which is needed to remove its network and for CRI-O to restore its addresses"
    case .cacheDiffers(let cached, let reported):
      "the CNI cache has \(list(cached)), but the runtime reports \(list(reported))"
    case .notLeased(let address): "host-local has no lease for \(address): another pod may get this address"
    case .leasedToOther(let address, let owner): "host-local has leased \(address) to \(owner)"
    case .statusUnknown(let isReady, let reason):
      "the runtime lists it as \(isReady ? "ready" : "not ready"), but its status could not be read: \(text(of: reason))"
    }
  }

  private static func list(_ addresses: [IPAddress]) -> String { list(addresses.map { "\($0)" }) }

  private static func survivors(_ addresses: [IPAddress]) -> String {
    addresses.isEmpty ? "" : "; its processes still have \(list(addresses))"
  }

  private static func lost(
    _ hasOthers: Bool, _ addresses: [String], _ sources: [NetworkReason.Source], _ interfaces: NetworkReason.Interfaces?
  ) -> String {
    let head = hasOthers ? "the runtime has no primary address" : "the runtime has no address"
    guard !sources.isEmpty else { return head }
    let names = sources.map(name(of:))
    let last = names.last ?? ""
    let holders = names.count > 1 ? "\(list(Array(names.dropLast()))) and \(last)" : last
    return "\(head); \(holders) \(sources.count == 1 ? "has" : "have") \(list(addresses))"
      + (interfaces.map { "; \(text(of: $0))" } ?? "")
  }

  private static func name(of source: NetworkReason.Source) -> String {
    switch source {
    case .networkNamespace: "the network namespace"
    case .cniCache: "the CNI cache"
    case .hostLocal: "host-local"
    }
  }

  private static func text(of interfaces: NetworkReason.Interfaces) -> String {
    switch interfaces {
    case .absent(let names): "\(names.joined(separator: ", ")) \(names.count == 1 ? "does" : "do") not exist"
    case .withoutAddress(let names):
      "\(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") no address"
    case .holding(let names, let addresses):
      "\(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") \(list(addresses))"
    }
  }
}
