internal import CRISnapshot
internal import CRITOML

/// What of CRI-O's configuration decides over a restart: its files' keys, `crio.runtime.default_runtime` and so on.
public struct CRIOConfiguration: Hashable, Sendable {
  /// By section and key; texts without their quotes.
  public private(set) var values: [String: String] = [:]
  /// Where CNI's plugins are, as `plugin_dirs` says it; nil where nothing is said.
  private var pluginFolders: [String]?

  public init() {}

  /// Adds a file of TOML; of equal keys the last one counts, as in CRI-O's drop-in files.
  /// - Throws: the reason why CRI-O would exit: the text is not TOML, or a key that is needed here has a value of the wrong
  ///   type.
  package mutating func add(_ text: String) throws(CRIOConfigurationFault) {
    for entry in try Self.entries(of: text) {
      if entry.path == "crio.network.plugin_dirs" {
        guard case .list(let list) = entry.value, let texts = Self.texts(list) else {
          throw CRIOConfigurationFault(.notAList, line: entry.line, message: entry.path)
        }
        pluginFolders = texts
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

  private static func entries(of text: String) throws(CRIOConfigurationFault) -> [TOMLReader.Entry] {
    do throws(TOMLReader.Fault) {
      return try TOMLReader.entries(of: text)
    } catch {
      throw CRIOConfigurationFault(.malformedConfiguration, line: error.line, message: error.what)
    }
  }

  private static func texts(_ list: [TOMLReader.Value]) -> [String]? {
    let texts = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
    return texts.count == list.count ? texts : nil
  }

  /// Whether a key has a flag, or else a text; nil where it does not count.
  private static func isFlag(_ key: String) -> Bool? {
    if key == "crio.internal_wipe" { return true }
    return flags.values.contains(key) || key == olderPluginFolder || runtime(ofRoot: key) != nil ? false : nil
  }

  /// The OCI runtime that a key says the state's directory of.
  private static func runtime(ofRoot key: String) -> String? {
    let (prefix, suffix) = ("crio.runtime.runtimes.", ".runtime_root")
    guard key.hasPrefix(prefix), key.hasSuffix(suffix), key.count > prefix.count + suffix.count else { return nil }
    return String(key.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// Adds what the daemon's command line says; it comes before the files.
  public mutating func add(arguments: [String]) {
    var folders: [String] = []
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("--") {
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
      guard let name = parts.first.map(String.init) else { continue }
      var value = "true"
      if parts.count > 1 {
        value = String(parts[1])
      } else if index + 1 < arguments.count, !arguments[index + 1].hasPrefix("-") {
        value = arguments[index + 1]
      }
      if let key = Self.flags[name] { values[key] = value }
      // Several with commas, and several times.
      if name == "cni-plugin-dir" { folders += value.split(separator: ",").map(String.init) }
    }
    if !folders.isEmpty { pluginFolders = folders }
  }

  /// The file that a command line names, or the default one.
  package static func file(in arguments: [String]) -> String {
    value(of: ["--config", "-c"], in: arguments) ?? "/etc/crio/crio.conf"
  }

  /// The directory of the files that come after it.
  package static func directory(in arguments: [String]) -> String {
    value(of: ["--config-dir", "-d"], in: arguments) ?? "/etc/crio/crio.conf.d"
  }

  private static func value(of names: [String], in arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      for name in names {
        if argument == name, index + 1 < arguments.count { return arguments[index + 1] }
        if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
      }
    }
    return nil
  }

  private static let flags = [
    "version-file": "crio.version_file", "version-file-persist": "crio.version_file_persist",
    "internal-wipe": "crio.internal_wipe", "default-runtime": "crio.runtime.default_runtime",
    "cgroup-manager": "crio.runtime.cgroup_manager", "cni-config-dir": "crio.network.network_dir",
    "pause-image": "crio.image.pause_image", "cni-default-network": "crio.network.cni_default_network",
  ]
  private static let olderPluginFolder = "crio.network.plugin_dir"

  public var versionFile: String { values["crio.version_file"] ?? "/var/run/crio/version" }
  /// Empty: there is none, and images are never wiped.
  public var persistentVersionFile: String { values["crio.version_file_persist"] ?? "" }
  /// nil where nothing is said, so that the default of the version counts.
  public var wipes: Bool? { values["crio.internal_wipe"].map { $0 == "true" } }
  /// nil where nothing is said, so that the default of the version counts.
  public var defaultRuntime: String? { values["crio.runtime.default_runtime"].flatMap { $0.isEmpty ? nil : $0 } }
  /// Where an OCI runtime keeps the state of its containers, by the directory; one that two of them share tells nothing.
  package var stateDirectories: [String: String] {
    var roots = ["crun": "/run/crun", "runc": "/run/runc"]
    for (key, root) in values where !root.isEmpty {
      if let name = Self.runtime(ofRoot: key) { roots[name] = root }
    }
    return Dictionary(grouping: roots.keys) { roots[$0] ?? "" }.compactMapValues { $0.count == 1 ? $0[0] : nil }
  }
  public var cgroupManager: String { values["crio.runtime.cgroup_manager"] ?? "systemd" }
  public var networkDirectory: String { values["crio.network.network_dir"] ?? "/etc/cni/net.d" }
  /// Empty: the first one in the directory.
  package var defaultNetwork: String { values["crio.network.cni_default_network"] ?? "" }
  /// Where CNI's plugins are, one after the other.
  package var pluginDirectories: [String] {
    // The older key is one more; an empty list means the default.
    let all = (pluginFolders ?? [Self.defaultPlugins]) + (values[Self.olderPluginFolder].map { [$0] } ?? [])
    return all.filter { !$0.isEmpty }.isEmpty ? [Self.defaultPlugins] : all.filter { !$0.isEmpty }
  }
  private static let defaultPlugins = "/opt/cni/bin"
  public var pauseImage: String? { values["crio.image.pause_image"] }

  /// Whether a version wipes unless it is told otherwise (CRI-O 1.22 and later).
  static func wipesByDefault(_ version: RuntimeVersion) -> Bool { (version.major, version.minor) >= (1, 22) }

  /// The runtime that a version takes unless it is told otherwise: crun since 1.31.
  static func defaultRuntime(of version: RuntimeVersion) -> String {
    (version.major, version.minor) >= (1, 31) ? "crun" : "runc"
  }
}
