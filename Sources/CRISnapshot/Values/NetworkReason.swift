/// One observation that contributes to the verdict about a pod's network.
public enum NetworkReason: Hashable, Sendable {
  /// The state of the interfaces that CNI created.
  public enum Interfaces: Hashable, Sendable {
    case absent([String])
    case withoutAddress([String])
    case holding([String], addresses: [IPAddress])
  }

  /// A source that still knows an address that the runtime has lost.
  public enum Source: String, Hashable, Sendable, CaseIterable { case networkNamespace, cniCache, hostLocal }

  // The namespace.

  case namespaceNotReported
  case namespaceNotRead
  case namespaceUnknown(UnknownReason)
  /// - `kept`: The addresses that the pod's processes still have.
  case namespaceMissing(path: String, kept: [IPAddress])
  case notANamespace(path: String, kept: [IPAddress])
  case otherNamespace(pid: Int32, inode: UInt64, expected: UInt64)

  // The addresses.

  /// The runtime has no address, or has only addresses that are not the primary one.
  /// - `sources`: The sources that still know the addresses; empty if none does.
  case addressLost(hasOthers: Bool, addresses: [String], sources: [Source], interfaces: Interfaces?)
  case addressNowhere
  case invalidAddress(String)
  case addressShared(PodName, IPAddress)
  /// CNI assigned addresses to the pod that the pod still has but the runtime does not report.
  case addressNotReported([IPAddress])

  // The interfaces.

  case interfaces(Interfaces)
  case interfacesNotRead
  case interfacesUnknown(UnknownReason)
  case interfacesDiffer(Interfaces, reported: [IPAddress])
  /// The interfaces have some of the addresses that the runtime reports, but not these.
  case interfacesLack([String], addresses: [IPAddress])
  /// CNI assigned addresses to the interface that the interface does not have.
  case interfaceLacks(String, [IPAddress])
  case interfaceDown(String)
  case interfaceWithoutCarrier(String)

  // The CNI records.

  case notInCache
  case cacheDiffers([String], reported: [IPAddress])
  case notLeased(IPAddress)
  case leasedToOther(IPAddress, owner: String)

  // The runtime.

  /// Only the runtime's list entry is known.
  case statusUnknown(isReady: Bool, UnknownReason)
}
