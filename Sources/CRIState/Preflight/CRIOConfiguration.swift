/// What of CRI-O's configuration decides over a restart: its files' keys, `crio.runtime.default_runtime` and so on.
public struct CRIOConfiguration: Hashable, Sendable {
  /// By section and key; texts without their quotes.
  public private(set) var values: [String: String] = [:]

  public init() {}

  /// Adds a file of TOML; of equal keys the last one counts, as in CRI-O's drop-in files.
  ///
  /// Of TOML it knows sections and keys with one text, number or flag on a line: what CRI-O's keys are that count here.
  public mutating func add(_ text: String) {
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      if line.hasPrefix("[") {
        section = String(line.dropFirst().prefix { $0 != "]" })
      } else if !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
        let key = line[..<equals].trimmed
        values[section.isEmpty ? String(key) : "\(section).\(key)"] = Self.value(
          line[line.index(after: equals)...].trimmed)
      }
    }
  }

  /// Adds what the daemon's command line says; it comes before the files.
  public mutating func add(arguments: [String]) {
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("--") {
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
      guard let name = parts.first, let key = Self.flags[String(name)] else { continue }
      if parts.count > 1 {
        values[key] = String(parts[1])
      } else if index + 1 < arguments.count, !arguments[index + 1].hasPrefix("-") {
        values[key] = arguments[index + 1]
      } else {
        values[key] = "true"
      }
    }
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
    "pause-image": "crio.image.pause_image",
  ]

  private static func value(_ text: Substring) -> String {
    for quote in ["\"", "'"] where text.hasPrefix(quote) {
      return String(text.dropFirst().prefix { String($0) != quote })
    }
    return String(text.prefix { $0 != "#" }.trimmed)
  }

  public var versionFile: String { values["crio.version_file"] ?? "/var/run/crio/version" }
  /// Empty: there is none, and images are never wiped.
  public var persistentVersionFile: String { values["crio.version_file_persist"] ?? "" }
  /// nil where nothing is said, so that the default of the version counts.
  public var wipes: Bool? { values["crio.internal_wipe"].map { $0 == "true" } }
  /// nil where nothing is said, so that the default of the version counts.
  public var defaultRuntime: String? { values["crio.runtime.default_runtime"].flatMap { $0.isEmpty ? nil : $0 } }
  /// Where an OCI runtime keeps the state of its containers, by the directory; one that two of them share tells nothing.
  package var stateDirectories: [String: String] {
    let (prefix, suffix) = ("crio.runtime.runtimes.", ".runtime_root")
    var roots = ["crun": "/run/crun", "runc": "/run/runc"]
    for (key, root) in values where key.hasPrefix(prefix) && key.hasSuffix(suffix) && !root.isEmpty {
      roots[String(key.dropFirst(prefix.count).dropLast(suffix.count))] = root
    }
    return Dictionary(grouping: roots.keys) { roots[$0] ?? "" }.compactMapValues { $0.count == 1 ? $0[0] : nil }
  }
  public var cgroupManager: String { values["crio.runtime.cgroup_manager"] ?? "systemd" }
  public var networkDirectory: String { values["crio.network.network_dir"] ?? "/etc/cni/net.d" }
  public var pauseImage: String? { values["crio.image.pause_image"] }

  /// Whether a version wipes unless it is told otherwise (CRI-O 1.22 and later).
  static func wipesByDefault(_ version: RuntimeVersion) -> Bool { (version.major, version.minor) >= (1, 22) }

  /// The runtime that a version takes unless it is told otherwise: crun since 1.31.
  static func defaultRuntime(of version: RuntimeVersion) -> String {
    (version.major, version.minor) >= (1, 31) ? "crun" : "runc"
  }
}

extension StringProtocol where SubSequence == Substring {
  /// Without blanks at both ends.
  fileprivate var trimmed: Substring {
    let start = self.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return start[...last]
  }
}
