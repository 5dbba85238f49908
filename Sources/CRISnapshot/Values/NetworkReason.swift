/// One thing that was seen when a pod's network was judged.
public enum NetworkReason: Hashable, Sendable {
  /// The state of the interfaces that CNI made.
  public enum Interfaces: Hashable, Sendable {
    case absent([String])
    case withoutAddress([String])
    case holding([String], addresses: [IPAddress])
  }

  /// A place that still knows an address that the runtime forgot.
  public enum Source: String, Hashable, Sendable, CaseIterable { case networkNamespace, cniCache, hostLocal }

  // The namespace.

  case namespaceNotReported
  case namespaceNotRead
  case namespaceUnknown(UnknownReason)
  /// - `kept`: the addresses that the pod's processes still have.
  case namespaceMissing(path: String, kept: [IPAddress])
  case notANamespace(path: String, kept: [IPAddress])
  case otherNamespace(pid: Int32, inode: UInt64, expected: UInt64)

  // The addresses.

  /// The runtime has no address, or, if it has others, no primary one.
  /// - `sources`: the sources that still know the addresses; empty if none does.
  case addressLost(hasOthers: Bool, addresses: [String], sources: [Source], interfaces: Interfaces?)
  case addressNowhere
  case invalidAddress(String)
  case addressShared(PodName, IPAddress)
  /// CNI gave the pod an address that it still has, and that the runtime does not report.
  case addressNotReported([IPAddress])

  // The interfaces.

  case interfaces(Interfaces)
  case interfacesNotRead
  case interfacesUnknown(UnknownReason)
  case interfacesDiffer(Interfaces, reported: [IPAddress])
  case interfaceDown(String)
  case interfaceWithoutCarrier(String)

  // CNI's records.

  case notInCache
  case cacheDiffers([String], reported: [IPAddress])
  case notLeased(IPAddress)
  case leasedToOther(IPAddress, owner: String)

  // The runtime.

  /// The runtime's list is all that is known.
  case statusUnknown(isReady: Bool, UnknownReason)
}
