public import CRISnapshot

/// The sockets at which containerd looks for the shims of its tasks when it starts.
public struct ShimSockets: Hashable, Sendable {
  /// The faults of the addresses that containerd 1.x reads, by the tasks' IDs.
  public var legacy: [String: ShimFault]
  /// The faults of the addresses that containerd 2.x reads, by the tasks' IDs.
  public var current: [String: ShimFault]
  /// The tasks whose socket could not be checked, each with the reason.
  public var unknown: [String: UnknownReason]

  /// Creates a value with the given properties.
  public init(
    legacy: [String: ShimFault] = [:], current: [String: ShimFault] = [:], unknown: [String: UnknownReason] = [:]
  ) {
    self.legacy = legacy
    self.current = current
    self.unknown = unknown
  }
}

/// The reason why containerd cannot connect to a shim.
public enum ShimFault: Hashable, Sendable {
  /// The file that should contain the socket's address does not contain one.
  case noAddress(file: String)
  case noSocket(path: String)
  case notASocket(path: String)
  /// No process listens on the socket.
  case notListening(path: String)
}
