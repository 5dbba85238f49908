internal import CRISnapshot
internal import CRITOML

/// The part of CRI-O's configuration that matters for a restart, by keys such as `crio.runtime.default_runtime`.
public struct CRIOConfiguration: Hashable, Sendable {
  /// The values by section and key; strings are without their quotes.
  public private(set) var values: [String: String] = [:]
  /// The directories of the CNI plugins (`plugin_dirs`); nil if not configured.
  private var configuredDirectories: [String]?
  /// The runtime handlers that have a table.
  private var configuredHandlers: Set<String> = []

  /// Creates an empty configuration, in which defaults apply.
  public init() {}

  /// Adds a TOML file. If a key occurs several times, the last value wins, as in CRI-O's drop-in files.
  /// - Throws: The reason why CRI-O would exit: the text is not TOML, or a key that is needed here has a value of the
  ///   wrong type.
  package mutating func add(_ text: String) throws(CRIOConfigurationFault) {
    let (entries, tables) = try Self.document(of: text)
    for names in entries.map({ Array($0.names.dropLast()) }) + tables.map(\.names) {
      if names.count == 4, names.starts(with: ["crio", "runtime", "runtimes"]) { configuredHandlers.insert(names[3]) }
    }
    for entry in entries {
      if entry.path == "crio.network.plugin_dirs" {
        guard case .list(let list) = entry.value, let texts = Self.texts(list) else {
          throw CRIOConfigurationFault(.notAList, line: entry.line, message: entry.path)
        }
        configuredDirectories = texts
        continue
      }
      switch (entry.value, Self.isFlag(entry.path)) {
      case (_, nil): break
      case (.flag(let value), true?): values[entry.path] = "\(value)"
      case (.text(let value), false?): values[entry.path] = value
      case (_, true?): throw CRIOConfigurationFault(.notABoolean, line: entry.line, message: entry.path)
      case (_, false?): throw CRIOConfigurationFault(.notText, line: entry.line, message: entry.path)
      }
    }
  }

  private static func document(
    of text: String
  ) throws(CRIOConfigurationFault) -> ([TOMLReader.Entry], [TOMLReader.Table]) {
    do throws(TOMLReader.Fault) {
      return try TOMLReader.document(of: text)
    } catch {
      throw CRIOConfigurationFault(.malformedConfiguration, line: error.line, message: error.message)
    }
  }

  private static func texts(_ list: [TOMLReader.Value]) -> [String]? {
    let texts = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
    return texts.count == list.count ? texts : nil
  }

  /// Whether the key's value is a Boolean rather than a string; nil if the key is not relevant here.
  private static func isFlag(_ key: String) -> Bool? {
    if key == "crio.internal_wipe" { return true }
    let isHandlers = HandlerKey.allCases.contains { handler(ofKey: key, $0) != nil }
    return flags.values.contains(key) || key == olderPluginKey || isHandlers ? false : nil
  }

  /// A setting of a runtime handler.
  package enum HandlerKey: String, CaseIterable {
    case path = "runtime_path"
    case root = "runtime_root"
    case type = "runtime_type"
    case monitor = "monitor_path"
  }

  private static let handlerPrefix = "crio.runtime.runtimes."

  /// The runtime handler whose setting the key is; nil for any other key.
  private static func handler(ofKey key: String, _ setting: HandlerKey) -> String? {
    let suffix = ".\(setting.rawValue)"
    guard key.hasPrefix(handlerPrefix), key.hasSuffix(suffix), key.count > handlerPrefix.count + suffix.count else {
      return nil
    }
    return String(key.dropFirst(handlerPrefix.count).dropLast(suffix.count))
  }

  /// Adds the daemon's command line and its environment, which override the files. Every flag has an environment
  /// variable, which it overrides (urfave/cli).
  public mutating func add(_ options: CRIOOptions) {
    for (flag, key) in Self.flags {
      if let value = options.value(of: flag) { values[key] = value }
    }
    // An empty variable leaves the Boolean unset.
    if let wipes = options.flag("internal-wipe") { values["crio.internal_wipe"] = "\(wipes)" }
    // The flag takes comma-separated values and can be repeated.
    let directories = options.list(of: "cni-plugin-dir")
    if !directories.isEmpty { configuredDirectories = directories }
    // `NAME:PATH:ROOT:TYPE…`
    for runtime in options.list(of: "runtimes") {
      let parts = runtime.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count > 1, !parts[0].isEmpty else { continue }
      let prefix = "\(Self.handlerPrefix)\(parts[0])."
      configuredHandlers.insert(String(parts[0]))
      for (index, key) in [HandlerKey.path, .root, .type].enumerated() {
        values[prefix + key.rawValue] = parts.count > index + 1 ? String(parts[index + 1]) : ""
      }
    }
  }

  private static let flags = [
    "version-file": "crio.version_file", "version-file-persist": "crio.version_file_persist",
    "default-runtime": "crio.runtime.default_runtime",
    "cgroup-manager": "crio.runtime.cgroup_manager", "cni-config-dir": "crio.network.network_dir",
    "container-exits-dir": "crio.runtime.container_exits_dir",
    "pause-image": "crio.image.pause_image", "cni-default-network": "crio.network.cni_default_network",
    "root": "crio.root", "runroot": "crio.runroot", "storage-driver": "crio.storage_driver",
    "listen": "crio.api.listen", "conmon": "crio.runtime.conmon", "pinns-path": "crio.runtime.pinns_path",
  ]
  private static let olderPluginKey = "crio.network.plugin_dir"

  /// The file that loses its content when the node reboots (CRI-O: `version_file`).
  public var versionFile: String { values["crio.version_file"] ?? "/var/run/crio/version" }
  /// The path of the file that is kept when the node reboots; if it is empty, CRI-O never wipes images.
  public var persistentVersionFile: String { values["crio.version_file_persist"] ?? "" }
  /// Whether CRI-O wipes; nil if not configured, so that the version's default applies.
  public var wipes: Bool? { values["crio.internal_wipe"].map { $0 == "true" } }
  /// The name of the default OCI runtime; nil if not configured, so that the version's default applies.
  public var defaultRuntime: String? { values["crio.runtime.default_runtime"].flatMap { $0.isEmpty ? nil : $0 } }
  /// The OCI runtime of each state directory; a directory that several runtimes share is left out.
  package var stateDirectories: [String: String] {
    var roots = ["crun": "/run/crun", "runc": "/run/runc"]
    for (key, root) in values where !root.isEmpty {
      if let name = Self.handler(ofKey: key, .root) { roots[name] = root }
    }
    return Dictionary(grouping: roots.keys) { roots[$0] ?? "" }.compactMapValues { $0.count == 1 ? $0[0] : nil }
  }
  /// The runtime handlers that have a table, without those that CRI-O defines itself.
  package var handlers: Set<String> { configuredHandlers }
  /// A setting of a runtime handler; nil if it is empty or not configured.
  package func setting(_ key: HandlerKey, of handler: String) -> String? {
    configured("\(Self.handlerPrefix)\(handler).\(key.rawValue)")
  }
  /// The directory of persistent data if neither CRI-O nor the storage library configures one.
  package static let defaultRoot = "/var/lib/containers/storage"
  /// The directory of persistent data (CRI-O: `root`); nil for that of the storage library's configuration.
  package var root: String? { configured("crio.root") }
  /// The directory of temporary data (CRI-O: `runroot`); nil for that of the storage library's configuration.
  package var stateDirectory: String? { configured("crio.runroot") }
  /// The storage driver; nil for that of the storage library's configuration.
  package var storageDriver: String? { configured("crio.storage_driver") }
  /// The socket's path (CRI-O: `listen`).
  package var address: String {
    let value = configured("crio.api.listen") ?? "/var/run/crio/crio.sock"
    return value.hasPrefix("unix://") ? String(value.dropFirst(7)) : value
  }
  /// The program that monitors containers of every runtime handler; nil if each has its own.
  package var monitor: String? { configured("crio.runtime.conmon") }
  /// The program that creates namespaces; nil if it is searched for in the daemon's PATH.
  package var namespaceProgram: String? { configured("crio.runtime.pinns_path") }

  private func configured(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

  /// The directory in which conmon records the exit of a container (CRI-O: `container_exits_dir`).
  package var exitDirectory: String { values["crio.runtime.container_exits_dir"] ?? "/var/run/crio/exits" }
  /// `systemd` or `cgroupfs` (CRI-O: `cgroup_manager`).
  public var cgroupManager: String { values["crio.runtime.cgroup_manager"] ?? "systemd" }
  /// The directory of the CNI configurations (CRI-O: `network_dir`).
  public var networkDirectory: String { values["crio.network.network_dir"] ?? "/etc/cni/net.d" }
  /// The name of the default network; empty for the first network in the directory.
  package var defaultNetwork: String { values["crio.network.cni_default_network"] ?? "" }
  /// The directories of the CNI plugins, in search order.
  package var pluginDirectories: [String] {
    // The older key adds a directory; an empty list means the default.
    let all = (configuredDirectories ?? [Self.defaultPlugins]) + (values[Self.olderPluginKey].map { [$0] } ?? [])
    return all.filter { !$0.isEmpty }.isEmpty ? [Self.defaultPlugins] : all.filter { !$0.isEmpty }
  }
  private static let defaultPlugins = "/opt/cni/bin"
  /// The pods' pause image (CRI-O: `pause_image`); nil for the version's default.
  public var pauseImage: String? { values["crio.image.pause_image"] }

  /// Whether a version removes the pods by default (CRI-O 1.22 and later).
  static func wipesByDefault(_ version: RuntimeVersion) -> Bool { (version.major, version.minor) >= (1, 22) }

  /// The default runtime of a version: crun since 1.31.
  static func defaultRuntime(of version: RuntimeVersion) -> String {
    (version.major, version.minor) >= (1, 31) ? "crun" : "runc"
  }
}
