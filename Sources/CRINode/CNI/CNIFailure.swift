internal import CRIPreflight
internal import CRISnapshot

/// The reason why CNI does not confirm a pod's network.
enum CNIFailure: Error, Hashable {
  /// CRI-O encounters the same error when it starts.
  case fault(CNIFault)
  /// It is unknown which result CRI-O would get.
  case unknown(UnknownReason)
}
