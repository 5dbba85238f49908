internal import CRIJSON
internal import CRISnapshot
internal import CRISystem
internal import CRIYAML

/// kubelet's effective settings: its flags, which override its configuration files.
///
/// The command line of the running process determines them. If kubelet is not running, the flags are those in its unit,
/// or in the usual environment files if there is no unit.
struct KubeletSettings {
  /// The environment files of kubeadm, kubespray, Debian and Red Hat, in the order in which kubelet's service uses
  /// their variables.
  private static let environmentFiles = [
    "/var/lib/kubelet/kubeadm-flags.env", "/etc/kubernetes/kubelet.env", "/etc/default/kubelet",
    "/etc/sysconfig/kubelet",
  ]
  /// The drop-in directories of k3s and RKE2, which work without a main file.
  private static let embeddedDirectories = [
    "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d", "/var/lib/rancher/rke2/agent/etc/kubelet.conf.d",
  ]

  /// A setting and its location.
  struct Setting: Hashable, Sendable {
    let value: JSON
    /// The flag, or the file and the key in it.
    let location: String
  }

  let process: KubeletProcess?
  let flags: KubeletArguments
  /// The flags of k3s itself, or of a similar program that contains kubelet.
  let embeddingFlags: KubeletArguments
  /// The settings in the configuration files, by their keys; unknown if a file could not be read.
  private let files: Observation<[String: Setting]>

  /// - Parameter process: The running kubelet; nil if none is visible.
  init(_ process: KubeletProcess?, _ nodeFiles: NodeFiles) {
    self.process = process
    if let process {
      embeddingFlags = Self.embeddingFlags(process, nodeFiles)
      flags = process.isEmbedded ? KubeletArguments(embeddingFlags.passedWords) : process.arguments
    } else {
      let environment = Self.environmentFiles.flatMap { path in
        (try? nodeFiles.text(path)).map(KubeletArguments.words(inEnvironmentFile:)) ?? []
      }
      flags = KubeletArguments(KubeletUnit.words(nodeFiles) ?? environment)
      embeddingFlags = KubeletArguments([])
    }
    files = Self.read(process, flags, embeddingFlags, nodeFiles)
  }

  /// The reason why nothing is known about kubelet on this node; nil if something is.
  var unknownReason: UnknownReason? { process == nil && flags.isEmpty ? files.reason : nil }

  /// Returns a setting.
  /// - Parameters:
  ///   - flag: The flag's name without its dashes; nil if kubelet has no such flag.
  ///   - key: The key in KubeletConfiguration.
  /// - Returns: nil if it is not set; then kubelet's default applies.
  func setting(flag: String?, key: String) -> Observation<Setting?> {
    if let flag, let value = flags[flag] {
      return .known(Setting(value: .string(value), location: "--\(flag)"))
    }
    return files.map { $0[key] }
  }

  /// Reads k3s's configuration files, in order; its command line overrides them. A key with a `+` adds to a list of an
  /// earlier file (k3s: `pkg/configfilearg`).
  private static func embeddingFlags(_ process: KubeletProcess, _ files: NodeFiles) -> KubeletArguments {
    guard process.isK3s else { return process.arguments }
    let named = process.arguments["config"].map { name in
      name.hasPrefix("/") ? name : process.directory.map { "\($0)/\(name)" } ?? "/\(name)"
    }
    let main = named ?? "/etc/rancher/k3s/config.yaml"
    let others = ((try? files.filesBelow("\(main).d")) ?? []).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    var words: [String: [String]] = [:]
    for path in [main] + others {
      guard let document = (try? files.read(path)).flatMap({ try? YAML.parse($0) }) else { continue }
      for (key, value) in document.objectValue ?? [:] {
        let name = key.hasSuffix("+") ? String(key.dropLast()) : key
        let values = (value.arrayValue ?? [value]).compactMap(\.stringValue)
        words[name] = (name == key ? [] : words[name] ?? []) + values.map { "--\(name)=\($0)" }
      }
    }
    return KubeletArguments(words.values.flatMap(\.self)).overridden(by: process.arguments)
  }

  /// Reads the main file, and the drop-in files in order, which override it.
  private static func read(
    _ process: KubeletProcess?, _ flags: KubeletArguments, _ embeddingFlags: KubeletArguments, _ files: NodeFiles
  ) -> Observation<[String: Setting]> {
    func absolute(_ path: String) -> String {
      path.hasPrefix("/") ? path : (process?.directory).map { "\($0)/\(path)" } ?? "/\(path)"
    }
    let named = flags["config"].map(absolute)
    let main = named ?? (process == nil ? standardFile(files) : nil)
    var paths: [String] = []
    do throws(FileError) {
      if let directory = try Self.directory(process, flags, embeddingFlags, files).map(absolute) {
        paths = try files.filesBelow(directory).filter { $0.hasSuffix(".conf") }
      }
    } catch {
      return .unknown(UnknownReason(error, flags["config-dir"]))
    }
    var settings: [String: Setting] = [:]
    for path in (main.map { [$0] } ?? []) + paths {
      do {
        let document = try YAML.parse(try files.read(path))
        for (key, value) in document.objectValue ?? [:] where !value.isNull {
          settings[key] = Setting(value: Self.resolved(key, value, path), location: "\(path): \(key)")
        }
      } catch let error as FileError {
        // Without a process and without a flag, the path is only a guess, and kubelet may not use a file.
        if error == .noSuchFile, path == main, named == nil {
          if !paths.isEmpty { continue }
          return .unknown(UnknownReason(.kubeletNotConfigured, path: path))
        }
        return .unknown(UnknownReason(error, path))
      } catch {
        return .unknown(UnknownReason(.malformed, path: path, message: "\(error)"))
      }
    }
    return .known(settings)
  }

  /// kubelet resolves a relative path against the directory of its configuration file.
  private static func resolved(_ key: String, _ value: JSON, _ file: String) -> JSON {
    guard key == "staticPodPath", let path = value.stringValue, !path.isEmpty, !path.hasPrefix("/") else {
      return value
    }
    return .string("/" + (file.split(separator: "/").dropLast().map(String.init) + [path]).joined(separator: "/"))
  }

  /// The configuration file of a kubelet that is not running.
  private static func standardFile(_ files: NodeFiles) -> String {
    let paths = KubeletReader.directories.map { "\($0)/config.yaml" }
    return paths.first { (try? files.exists($0)) == true } ?? paths[0]
  }

  /// The directory of the drop-in files; nil if kubelet reads no drop-in files.
  private static func directory(
    _ process: KubeletProcess?, _ flags: KubeletArguments, _ embeddingFlags: KubeletArguments, _ files: NodeFiles
  ) throws(FileError) -> String? {
    if let named = flags["config-dir"] { return named }
    // k3s passes these directories to the kubelet that it contains.
    guard process?.isEmbedded ?? true else { return nil }
    if let process, process.isK3s, let data = embeddingFlags["data-dir"] {
      let directory = "\(data)/agent/etc/kubelet.conf.d"
      return try files.exists(directory) ? directory : nil
    }
    for directory in embeddedDirectories where try files.exists(directory) { return directory }
    return nil
  }
}

extension KubeletSettings {
  /// Reads the settings of the kubelet that uses a runtime.
  /// - Parameter daemon: The runtime's process; nil if it is not visible.
  static func read(_ files: NodeFiles, beside daemon: Int32?, proc: String = "/proc") -> KubeletSettings {
    let table = try? ProcessTable(proc: proc)
    return KubeletSettings(table.flatMap { KubeletProcess.find(in: $0, beside: daemon) }, files)
  }
}
