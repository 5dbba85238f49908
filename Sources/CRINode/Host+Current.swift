public import CRISnapshot
internal import CRISystem

extension Host {
  /// This node, now.
  public static func current() -> Host {
    let (release, node) = Kernel.names
    return Host(name: node, bootID: Kernel.bootID, machineID: Kernel.machineID, kernel: release)
  }
}

extension Daemon {
  /// The process behind a client's socket. What cannot be seen stays nil.
  init(socket: String, peer: PeerCredentials?) {
    // pid 0: it lives in a pid namespace that is not ours.
    guard let peer, peer.pid > 0 else {
      self.init(socket: socket)
      return
    }
    self.init(
      socket: socket, pid: peer.pid, startTime: Kernel.startTime(of: peer.pid),
      executable: Kernel.executable(of: peer.pid))
  }
}
