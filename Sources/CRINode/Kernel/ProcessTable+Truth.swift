internal import CRISnapshot
internal import CRISystem

extension ProcessTable {
  /// What is known of a process that the runtime names.
  func truth(of pid: Int32) -> ProcessTruth {
    guard let entry = entries[pid] else { return .gone }
    return .there(
      ProcessTruth.Facts(
        pid: pid, startTime: entry.startTime, state: entry.state, parent: entry.parent,
        keeper: keepers[entry.parent]?.id, cgroup: cgroup(of: pid),
        networkNamespace: entry.isAlive ? networkNamespace(of: pid) : .unread(UnreadReason("the process has ended"))))
  }

  private func networkNamespace(of pid: Int32) -> Reading<NamespaceID> {
    do throws(Errno) {
      let identity = try FileIdentity.read("\(proc)/\(pid)/ns/net")
      return .read(NamespaceID(device: identity.device, inode: identity.inode))
    } catch {
      return .unread(UnreadReason(error))
    }
  }
}
