package import CRISnapshot

/// The settings with which containerd will start.
public struct ContainerdSettings: Hashable, Sendable {
  /// The directory of persistent data.
  public var root = "/var/lib/containerd"
  /// The directory of data that a reboot may clear.
  public var state = "/run/containerd"
  /// The socket's path.
  public var address = "/run/containerd/containerd.sock"
  /// Settings that containerd refuses, so that the plugin of the CRI does not load.
  public enum Conflict: Hashable, Sendable {
    /// `registry.mirrors` beside `registry.config_path`.
    case mirrors
    /// `tls` in `registry.configs` beside `registry.config_path`.
    case registryTLS
    /// `systemd_cgroup`, which only the oldest runtime supports.
    case systemdCgroup
    /// The value of a setting has the wrong type, or is not a duration.
    case invalidValue(key: String)
  }

  /// The plugin, if any, that is disabled although the CRI needs it.
  public var disabledPlugin: String?
  /// The first conflict; nil if there is none.
  public var conflict: Conflict?
  /// The snapshotter, if it is neither part of containerd nor configured as a plugin of another process.
  public var unknownSnapshotter: String?
  /// The runtime handler of pods that do not name one.
  public var defaultHandler = "runc"
  /// The type of the default handler, which determines its shim (containerd: `runtime_type`).
  public var defaultType = "io.containerd.runc.v2"
  /// The path of the default handler's shim (containerd: `runtime_path`); nil if the type determines it.
  public var defaultShim: String?
  /// The OCI runtime of the default handler (containerd: `BinaryName`); nil for runc.
  public var defaultProgram: String?
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

  /// The program of the default handler's shim, and whether the version supports it. containerd 2.0 removed the two
  /// older shims.
  /// - Returns: nil if the type does not determine a program.
  package func shimProgram(of version: RuntimeVersion) -> (name: String, exists: Bool)? {
    let old: Set = ["io.containerd.runtime.v1.linux", "io.containerd.runc.v1"]
    return Self.shimProgram(ofType: defaultType).map { ($0, version.major < 2 || !old.contains(defaultType)) }
  }

  /// The program of the shim for a type of runtime handler (containerd: `BinaryName` in runtime/v2/shim).
  /// - Returns: nil if the type does not determine a program.
  package static func shimProgram(ofType type: String) -> String? {
    if type == "io.containerd.runtime.v1.linux" { return "containerd-shim" }
    let parts = type.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, !type.hasPrefix("/") else { return nil }
    return "containerd-shim-\(parts[parts.count - 2])-\(parts[parts.count - 1])"
  }
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
  /// The snapshotter of pods that do not need another one.
  public var snapshotter: String?

  /// Creates a value with the given properties.
  public init(
    root: String? = nil, state: String? = nil, address: String? = nil, usesSystemdCgroups: Bool? = nil,
    snapshotter: String? = nil
  ) {
    self.snapshotter = snapshotter
    self.root = root
    self.state = state
    self.address = address
    self.usesSystemdCgroups = usesSystemdCgroups
  }
}
