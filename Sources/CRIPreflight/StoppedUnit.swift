/// What systemd ends together with the daemon when it stops the daemon's unit.
public struct StoppedUnit: Hashable, Sendable {
  /// The unit's name, such as `containerd.service`.
  public var name: String
  /// `KillMode=` of the unit: `control-group` (the default) or `mixed`, which also end the processes beside the daemon.
  public var killMode: String
  /// The IDs of the sandboxes and containers whose shim or conmon is in the unit.
  public var supervised: Set<String>

  /// Creates a value with the given properties.
  public init(name: String, killMode: String, supervised: Set<String>) {
    self.name = name
    self.killMode = killMode
    self.supervised = supervised
  }
}
