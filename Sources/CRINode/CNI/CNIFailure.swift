internal import CRIPreflight
internal import CRISnapshot

/// Why CNI does not confirm a pod's network.
enum CNIFailure: Error, Hashable {
  /// A CRI-O that starts gets the same answer.
  case fault(CNIFault)
  /// What CRI-O would hear is unknown.
  case unknown(UnknownReason)
}
