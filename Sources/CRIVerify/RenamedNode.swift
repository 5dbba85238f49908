internal import CRISnapshot

/// The name under which kubelet registered the node before the change, and the name under which its next start will.
struct RenamedNode {
  let before: String
  let after: String

  /// Whether both host names are the node's: a container has another host name and usually no machine ID.
  private static func isSameMachine(_ before: Snapshot, _ after: Snapshot) -> Bool {
    before.host.machineID.map { $0 == after.host.machineID } ?? false
  }

  /// Whether the host name has changed, and it is not known whether kubelet uses it.
  static func isUnknown(before: Snapshot, after: Snapshot) -> Bool {
    guard isSameMachine(before, after), before.host.name.lowercased() != after.host.name.lowercased(),
      let earlier = before.observed?.kubelet
    else { return false }
    // If kubelet's command line is unknown, so is a name that it may specify.
    return after.observed?.kubelet.map { ($0.nodeName == nil) != (earlier.nodeName == nil) } ?? true
  }

  /// kubelet uses the name on its command line, or else the host name (`nodeutil.GetHostname`).
  /// - Returns: nil if the name is the same, or if one of them is unknown.
  init?(before: Snapshot, after: Snapshot) {
    guard Self.isSameMachine(before, after), let earlier = before.observed?.kubelet, let later = after.observed?.kubelet
    else { return nil }
    switch (earlier.nodeName, later.nodeName) {
    case (let earlier?, let later?): (self.before, self.after) = (earlier, later)
    case (nil, nil):
      self.before = before.host.name.lowercased()
      self.after = after.host.name.lowercased()
      // The static pods show the name that kubelet used. If it is not the host name, a new host name may not matter.
      let manifests = earlier.staticPods?.value ?? []
      if before.nodeName(for: manifests).lowercased() != self.before { return nil }
    default: return nil
    }
    if self.before == self.after { return nil }
  }
}
