internal import CRISnapshot
internal import CRISystem

extension ProcessTable {
  /// What is known about a process whose pid the runtime reports.
  func observed(of pid: Int32) -> ObservedProcess {
    guard let entry = entries[pid] else { return .gone }
    return .there(
      ObservedProcess.Facts(
        pid: pid, startTime: entry.startTime, state: entry.state, parent: entry.parent,
        shim: shims[entry.parent]?.id, cgroup: cgroup(of: pid),
        networkNamespace: entry.isAlive ? networkNamespace(of: pid) : .unknown(UnknownReason(.processEnded))))
  }

  private func networkNamespace(of pid: Int32) -> Observation<NamespaceID> {
    do throws(Errno) {
      let identity = try FileIdentity.read("\(proc)/\(pid)/ns/net")
      return .known(NamespaceID(device: identity.device, inode: identity.inode))
    } catch {
      return .unknown(UnknownReason(error))
    }
  }
}
