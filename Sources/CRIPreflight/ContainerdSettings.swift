/// The settings with which containerd will start.
public struct ContainerdSettings: Hashable, Sendable {
  /// The directory of persistent data.
  public var root = "/var/lib/containerd"
  /// The directory of data that a reboot may clear.
  public var state = "/run/containerd"
  /// The socket's path.
  public var address = "/run/containerd/containerd.sock"
  /// Settings that containerd refuses together, so that the plugin of the CRI does not load.
  public enum Conflict: String, Hashable, Sendable, CaseIterable {
    /// `registry.mirrors` beside `registry.config_path`.
    case mirrors
    /// `tls` in `registry.configs` beside `registry.config_path`.
    case registryTLS = "registry-tls"
    /// `systemd_cgroup`, which only the oldest runtime supports.
    case systemdCgroup = "systemd-cgroup"
  }

  /// The plugin, if any, that is disabled although the CRI needs it.
  public var disabledPlugin: String?
  /// The first conflict; nil if there is none.
  public var conflict: Conflict?
  /// The runtime handler of pods that do not name one.
  public var defaultHandler = "runc"
  /// The runtime handlers that are defined.
  public var handlers: Set<String> = ["runc"]
  /// Whether the default handler uses systemd's cgroups.
  public var usesSystemdCgroups = false
  /// The pause image; nil for the version's default.
  public var pauseImage: String?
  /// The directory of the CNI configurations.
  public var networkDirectory = "/etc/cni/net.d"
  /// The directories of the CNI plugins, in search order.
  public var pluginDirectories = ["/opt/cni/bin"]
  /// The tables with settings of the CRI that this version does not read, sorted.
  public var ignoredTables: [String] = []

  /// Creates containerd's defaults.
  public init() {}
}

/// What a running containerd reports about its settings. A setting that it does not report is nil.
public struct RunningContainerd: Hashable, Sendable {
  /// The directory of persistent data.
  public var root: String?
  /// The directory of data that a reboot may clear.
  public var state: String?
  /// The socket's path.
  public var address: String?
  /// Whether the default handler uses systemd's cgroups.
  public var usesSystemdCgroups: Bool?

  /// Creates a value with the given properties.
  public init(root: String? = nil, state: String? = nil, address: String? = nil, usesSystemdCgroups: Bool? = nil) {
    self.root = root
    self.state = state
    self.address = address
    self.usesSystemdCgroups = usesSystemdCgroups
  }
}
