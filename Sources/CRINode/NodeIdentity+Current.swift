public import CRISnapshot
internal import CRISystem

extension NodeIdentity {
  /// Returns a description of this node.
  public static func current() -> NodeIdentity {
    let (release, node) = Kernel.names
    return NodeIdentity(name: node, bootID: Kernel.bootID, machineID: Kernel.machineID, kernel: release)
  }
}

extension Daemon {
  /// The process behind a client's socket. Properties that are not visible stay nil.
  init(socket: String, peer: PeerCredentials?) {
    // A pid of 0 means that the process is in a pid namespace that we cannot see.
    guard let peer, peer.pid > 0 else {
      self.init(socket: socket)
      return
    }
    self.init(
      socket: socket, pid: peer.pid, startTime: Kernel.startTime(of: peer.pid),
      executable: Kernel.executable(of: peer.pid))
  }
}
