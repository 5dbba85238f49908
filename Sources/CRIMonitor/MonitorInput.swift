public import CRIMessages
public import CRISnapshot

/// What a monitor learns from the runtime, the kernel and the disk.
public enum MonitorInput: Sendable {
  /// A runtime responds, and this is its process.
  /// - Parameter saved: The state that an earlier monitor has saved, if there is one.
  case connected(Daemon, bootID: String?, saved: Snapshot?)
  /// The complete state was read for the first time.
  case readAll(Snapshot, calls: Int, duration: Duration)
  /// The state was brought up to date.
  /// - Parameter postponedCount: The number of objects whose details were not read because of the limit.
  case refreshed(Snapshot, changeCount: Int, postponedCount: Int, calls: Int, duration: Duration)
  /// The runtime has not responded, or with an error.
  case readFailed(calls: Int, duration: Duration)
  /// The runtime has sent an event.
  case event(ContainerEventResponse)
  /// Whether the runtime sends events from now on.
  case eventsAvailable(Bool)
  /// The daemon's process has ended, or another process listens on its socket.
  case ended(Daemon)
  /// What has ended the daemon's process.
  case explained(Daemon, Restart.Explanation)
  /// The state after a restart was compared with the one before.
  case verified(MonitorVerdict, after: Snapshot?)
  /// The node was examined, or could not be.
  case examined(calls: Int, duration: Duration)
  /// The time of `Monitor.nextWake` has come.
  case tick
}

/// The result of a verification, as far as it determines what a monitor does next.
public enum MonitorVerdict: Hashable, Sendable {
  /// Nothing was lost, or there was nothing to lose.
  case intact
  case lost
  /// Something could not be checked, or the runtime was not ready in time.
  case unverified
}

/// What a monitor wants to be done. Reads and verifications report their results as inputs.
public enum MonitorAction: Sendable {
  /// Read the complete state.
  case readAll
  /// Bring the state up to date.
  /// - Parameters:
  ///   - changed: The objects whose details are read even if the lists show no difference.
  ///   - limit: The maximum number of objects whose details are read.
  ///   - isThorough: Whether to also read the images and everything that the kernel and CNI know.
  case refresh(Snapshot, changed: Set<String>, limit: Int, isThorough: Bool)
  /// Notice when this process ends.
  case watch(Daemon)
  /// Write the state to the disk.
  case save(Snapshot)
  /// The runtime has ended: make the state from before available to the gate that decides whether kubelet may start.
  case offer(Snapshot, Restart)
  /// Wait until the runtime is ready, and compare its state with the one before.
  case verify(before: Snapshot, Restart)
  /// Find out what is wrong on the node.
  case examine
  /// Publish the result of the last verification.
  case publish(Restart, MonitorVerdict)
}
