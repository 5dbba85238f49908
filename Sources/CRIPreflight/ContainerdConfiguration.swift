public import CRISnapshot
internal import CRITOML

/// containerd's configuration files, in the order in which it reads them, and its command line.
///
/// Source: containerd's `LoadConfig`, `mergeConfig` and `ValidateV2` (1.x, services/server/config) and
/// `ValidateVersion`, `v1Migrate` and the plugins' `configMigration` (2.x, cmd/containerd/server/config and
/// plugins/cri).
public struct ContainerdConfiguration: Hashable, Sendable {
  private static let service = "io.containerd.grpc.v1.cri"
  private static let runtime = "io.containerd.cri.v1.runtime"
  private static let images = "io.containerd.cri.v1.images"
  private static let server = "io.containerd.server.v1.grpc"
  /// The settings that containerd 2 still reads from the table of the CRI's service.
  private static let serviceKeys: Set = [
    "disable_tcp_service", "stream_server_address", "stream_server_port", "stream_idle_timeout", "enable_tls_streaming",
    "x509_key_pair_streaming",
  ]

  private struct File: Hashable, Sendable {
    /// 0 if the file has no version.
    var version = 0
    var entries: [TOMLReader.Entry] = []
    var tables: [TOMLReader.Table] = []
    var disabled: [String] = []
    var required: [String] = []

    /// The plugins that have a table or a setting.
    var plugins: Set<String> {
      Set((entries.map(\.names) + tables.map(\.names)).filter { $0.count > 1 && $0[0] == "plugins" }.map { $0[1] })
    }

    /// The settings of a plugin, by their names; a table is a setting without a value.
    func settings(of plugin: String) -> [[String]: TOMLReader.Value] {
      func isOwn(_ names: [String]) -> Bool { names.count > 2 && names[0] == "plugins" && names[1] == plugin }
      var settings: [[String]: TOMLReader.Value] = [:]
      for table in tables where isOwn(table.names) { settings[Array(table.names.dropFirst(2))] = .other }
      for entry in entries where isOwn(entry.names) { settings[Array(entry.names.dropFirst(2))] = entry.value }
      return settings
    }
  }

  /// The command line.
  public let options: ContainerdOptions
  /// The reason why containerd of any version exits; nil if the files can be read.
  public private(set) var fault: ContainerdConfigurationFault?
  private var files: [File] = []

  /// Creates a configuration without files, in which the command line and containerd's defaults apply.
  public init(options: ContainerdOptions = ContainerdOptions()) { self.options = options }

  /// Records that containerd cannot read a file.
  package mutating func fail(_ fault: ContainerdConfigurationFault) { if self.fault == nil { self.fault = fault } }

  /// Adds a file.
  /// - Returns: The paths and patterns of the files that it imports, verbatim.
  package mutating func add(_ text: String, from path: String) -> [String] {
    do throws(ContainerdConfigurationFault) {
      let (file, imports) = try Self.parse(text, path)
      files.append(file)
      return imports
    } catch {
      fail(error)
      return []
    }
  }

  private static func parse(
    _ text: String, _ path: String
  ) throws(ContainerdConfigurationFault) -> (File, imports: [String]) {
    var file = File()
    do throws(TOMLReader.Fault) {
      (file.entries, file.tables) = try TOMLReader.document(of: text)
    } catch {
      throw .malformed(path: path, line: error.line, message: error.message)
    }
    var imports: [String] = []
    for entry in file.entries {
      func wrongType() -> ContainerdConfigurationFault { .wrongType(path: path, line: entry.line, key: entry.path) }
      switch entry.names {
      case ["version"]:
        switch entry.value {
        case .integer(let number): file.version = Int(number)
        case .text, .flag, .list: throw wrongType()
        case .other: break
        }
      case ["disabled_plugins"], ["required_plugins"], ["imports"]:
        guard case .list(let list) = entry.value else { throw wrongType() }
        let texts = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
        guard texts.count == list.count else { throw wrongType() }
        switch entry.names[0] {
        case "disabled_plugins": file.disabled = texts
        case "required_plugins": file.required = texts
        default: imports = texts
        }
      case ["root"], ["state"], ["grpc", "address"]:
        switch entry.value {
        case .flag, .list: throw wrongType()
        default: break
        }
      default: break
      }
    }
    return (file, imports)
  }

  /// Returns what a version makes of the configuration.
  public func outcome(for version: RuntimeVersion) -> ContainerdStart.Outcome {
    do throws(ContainerdConfigurationFault) {
      if let fault { throw fault }
      return .settings(try settings(for: version))
    } catch {
      return .refused(error)
    }
  }

  private func settings(for next: RuntimeVersion) throws(ContainerdConfigurationFault) -> ContainerdSettings {
    let version = mergedVersion(for: next)
    if let maximum = Self.maximumVersion(of: next), version > maximum {
      throw .unsupportedVersion(version, maximum: maximum)
    }
    try checkNames(for: next, version)
    var settings = ContainerdSettings()
    let address = next.isBefore(2, 3) ? nil : files.compactMap { $0.settings(of: Self.server)[["address"]]?.text }.last
    settings.root = options.root ?? text(["root"]) ?? settings.root
    settings.state = options.state ?? text(["state"]) ?? settings.state
    settings.address = options.address ?? address ?? text(["grpc", "address"]) ?? settings.address
    settings.disabledPlugin = disabledPlugin(for: next, version)
    settings.ignoredTables = ignoredTables(for: next, version)
    let (cri, images) = criSettings(for: next, version)
    settings.pauseImage =
      images[["pinned_images", "sandbox"]]?.text ?? cri[["sandbox_image"]]?.text ?? settings.pauseImage
    settings.networkDirectory = cri[["cni", "conf_dir"]]?.text ?? settings.networkDirectory
    if let directories = cri[["cni", "bin_dirs"]]?.texts, !directories.isEmpty {
      settings.pluginDirectories = directories
    } else if let directory = cri[["cni", "bin_dir"]]?.text {
      settings.pluginDirectories = [directory]
    }
    addHandlers(to: &settings, cri)
    let all = cri.merging(images) { $1 }
    settings.conflict = conflict(in: all, for: next, settings.defaultHandler)
    if let name = images[["snapshotter"]]?.text ?? cri[["containerd", "snapshotter"]]?.text, !knowsSnapshotter(name) {
      settings.unknownSnapshotter = name
    }
    if settings.disabledPlugin == nil {
      let used = images[["snapshotter"]]?.text ?? cri[["containerd", "snapshotter"]]?.text ?? "overlayfs"
      let plugin = "io.containerd.snapshotter.v1.\(used)"
      settings.disabledPlugin = files.contains { $0.disabled.contains(plugin) } ? plugin : nil
    }
    return settings
  }

  private static let snapshotters: Set = [
    "overlayfs", "native", "btrfs", "zfs", "devmapper", "blockfile", "erofs", "aufs",
  ]

  private func knowsSnapshotter(_ name: String) -> Bool {
    Self.snapshotters.contains(name)
      || files.contains { file in
        (file.entries.map(\.names) + file.tables.map(\.names)).contains { $0.starts(with: ["proxy_plugins", name]) }
      }
  }

  /// Source: `ValidatePluginConfig` (1.x, pkg/cri/config) and `ValidateImageConfig` (2.x, internal/cri/config).
  private func conflict(
    in cri: [[String]: TOMLReader.Value], for next: RuntimeVersion, _ handler: String
  ) -> ContainerdSettings.Conflict? {
    func has(_ table: String, _ isMeant: ([String]) -> Bool) -> Bool {
      cri.keys.contains { $0.count > 2 && $0.starts(with: ["registry", table]) && isMeant($0) }
    }
    let invalid = cri.filter { ContainerdKeys.isInvalid($0.key, $0.value) }.keys.map { $0.joined(separator: ".") }
    if let key = invalid.min() { return .invalidValue(key: key) }
    let type = cri[["containerd", "runtimes", handler, "runtime_type"]]?.text
    if next.major < 2, cri[["systemd_cgroup"]] == .flag(true), type != "io.containerd.runtime.v1.linux" {
      return .systemdCgroup
    }
    // 2.2.0 adds config_path when it converts a file of version 2 without it (containerd#12612).
    let isAdded =
      (next.major, next.minor, next.patch) == (2, 2, 0) && cri[["registry", "config_path"]] == nil
      && files.contains { $0.version == 2 }
    guard cri[["registry", "config_path"]]?.text != nil || isAdded else { return nil }
    if has("mirrors", { _ in true }) { return .mirrors }
    return has("configs", { $0.count > 3 && $0[3] == "tls" }) ? .registryTLS : nil
  }

  private func addHandlers(to settings: inout ContainerdSettings, _ cri: [[String]: TOMLReader.Value]) {
    for names in cri.keys where names.count > 2 && names.starts(with: ["containerd", "runtimes"]) {
      settings.handlers.insert(names[2])
    }
    settings.defaultHandler = cri[["containerd", "default_runtime_name"]]?.text ?? settings.defaultHandler
    var options = ["containerd", "runtimes", settings.defaultHandler]
    // containerd 1.x has two older tables, which define handlers if they have a type.
    for (table, handler) in [("default_runtime", "default"), ("untrusted_workload_runtime", "untrusted")]
    where cri[["containerd", table, "runtime_type"]]?.text != nil {
      settings.handlers.insert(handler)
      if handler == "default" {
        settings.defaultHandler = handler
        options = ["containerd", table]
      }
    }
    settings.usesSystemdCgroups = cri[options + ["options", "SystemdCgroup"]] == .flag(true)
    settings.defaultType = cri[options + ["runtime_type"]]?.text ?? settings.defaultType
    settings.defaultShim = cri[options + ["runtime_path"]]?.text
    settings.defaultProgram = cri[options + ["options", "BinaryName"]]?.text
  }

  /// The version of the merged files. A file replaces the version of an earlier one; 2.x converts old files first.
  private func mergedVersion(for next: RuntimeVersion) -> Int {
    let newest = next.isBefore(2, 3) ? 3 : 4
    if next.major < 2 { return files.map(\.version).last { $0 > 0 } ?? 1 }
    let versions = files.map { $0.version < (next.isBefore(2, 3) ? 2 : newest) ? newest : $0.version }
    return versions.last ?? newest
  }

  /// The newest version of the files that containerd accepts; nil if it does not check the version, or if this is
  /// unknown.
  private static func maximumVersion(of next: RuntimeVersion) -> Int? {
    switch (next.major, next.minor) {
    case (1, 6): next.patch >= 32 ? 2 : nil
    case (1, 7): next.patch >= 17 ? 2 : nil
    case (2, 0...2): 3
    case (2, 3...4): 4
    default: nil
    }
  }

  private func checkNames(for next: RuntimeVersion, _ version: Int) throws(ContainerdConfigurationFault) {
    if next.major < 2, version < 2 { return }
    for file in files {
      // 2.x adds the prefix to the names in old files, and does not check the names of tables.
      if next.major >= 2, file.version < 2 { continue }
      func isValid(_ name: String) -> Bool {
        next.major < 2 ? name.split(separator: ".", omittingEmptySubsequences: false).count >= 4 : name.contains(".")
      }
      for name in file.disabled where !isValid(name) { throw .pluginName(name, .disabled) }
      for name in file.required where !isValid(name) { throw .pluginName(name, .required) }
      guard next.major < 2 else { continue }
      for name in file.plugins.sorted() where !isValid(name) { throw .pluginName(name, .tables) }
    }
  }

  private func disabledPlugin(for next: RuntimeVersion, _ version: Int) -> String? {
    for file in files {
      let names: Set<String> =
        switch next.major {
        case ..<2: [version < 2 ? "cri" : Self.service]
        default: Set([Self.service, Self.runtime, Self.images] + (file.version < 2 ? ["cri"] : []))
        }
      if let name = file.disabled.first(where: names.contains) { return name }
    }
    return nil
  }

  /// Whether 2.x converts the table of the CRI's service in a file to the newer tables. Until 2.3, a file of version 1
  /// was converted only to the newer names, so that its settings for the CRI were lost.
  private func isConverted(_ file: File, for next: RuntimeVersion, _ version: Int) -> Bool {
    next.isBefore(2, 3) ? version < 3 : file.version < 4
  }

  /// The name under which containerd knows a table of a file.
  private static func name(of table: String, in file: File, for next: RuntimeVersion) -> String {
    next.major >= 2 && file.version < 2 && table == "cri" ? service : table
  }

  /// The settings of the CRI, and those of its images in containerd 2.
  private func criSettings(
    for next: RuntimeVersion, _ version: Int
  ) -> (cri: [[String]: TOMLReader.Value], images: [[String]: TOMLReader.Value]) {
    var (older, cri, images): ([[String]: TOMLReader.Value], [[String]: TOMLReader.Value], [[String]: TOMLReader.Value])
    (older, cri, images) = ([:], [:], [:])
    for file in files {
      for table in file.plugins {
        let settings = file.settings(of: table)
        switch Self.name(of: table, in: file, for: next) {
        case let name where next.major < 2:
          // 1.x replaces the whole table of a plugin.
          if name == (version < 2 ? "cri" : Self.service) { cri = settings }
        case Self.service:
          if isConverted(file, for: next, version) { older.merge(settings) { $1 } }
        case Self.runtime: cri.merge(settings) { $1 }
        case Self.images: images.merge(settings) { $1 }
        default: break
        }
      }
    }
    return (older.merging(cri) { $1 }, images)
  }

  private func ignoredTables(for next: RuntimeVersion, _ version: Int) -> [String] {
    var ignored: Set<String> = []
    for file in files {
      for table in file.plugins where ["cri", Self.service, Self.runtime, Self.images].contains(table) {
        let name = Self.name(of: table, in: file, for: next)
        let settings = file.settings(of: table).filter { $0.value != .other }
        guard !settings.isEmpty else { continue }
        let isRead =
          switch (next.major, name) {
          case (..<2, _): name == (version < 2 ? "cri" : Self.service)
          case (_, Self.service):
            isConverted(file, for: next, version) || settings.keys.allSatisfy { Self.serviceKeys.contains($0[0]) }
          default: name != "cri"
          }
        if !isRead { ignored.insert(table) }
      }
    }
    return ignored.sorted()
  }

  private func text(_ names: [String]) -> String? {
    files.compactMap { file in file.entries.last { $0.names == names }?.value.text }.last
  }
}

extension TOMLReader.Value {
  /// The string; nil if it is empty, or for any other type.
  fileprivate var text: String? { if case .text(let text) = self, !text.isEmpty { text } else { nil } }

  fileprivate var texts: [String]? {
    guard case .list(let list) = self else { return nil }
    return list.compactMap(\.text)
  }
}

extension RuntimeVersion {
  fileprivate func isBefore(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) < (major, minor) }
}
