/// Why CNI gives no pod's address.
enum CNIFailure: Error, Hashable {
  /// It is so for CRI-O too when it starts.
  case fault(String)
  /// Nobody knows what it would say to CRI-O.
  case unread(String)
}
