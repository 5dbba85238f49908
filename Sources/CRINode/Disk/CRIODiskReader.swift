internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

extension CRIODisk {
  /// - Parameters:
  ///   - status: The runtime's configuration from a verbose Status; null if it returns none.
  ///   - paths: The paths of each ready sandbox's files, by ID; an ID is missing if its paths are unknown.
  ///   - networks: What CNI reports about the sandboxes' networks.
  ///   - isDaemonsView: Whether the daemon has the same files at the same paths.
  init(
    _ snapshot: Snapshot, _ files: NodeFiles, configuration: Observation<CRIOConfiguration>, status: JSON,
    paths: [String: CRIOPaths], networks: NetworkCheck, isDaemonsView: Bool
  ) {
    self.init(
      configuration: configuration,
      versionFile: Self.file(configuration.map(\.versionFile), files),
      persistentVersionFile: Self.file(configuration.map(\.persistentVersionFile), files),
      networks: networks, missingState: Self.missingState(snapshot, files, paths, isDaemonsView),
      defaultRuntime: Self.defaultRuntime(status, snapshot, files, configuration))
  }

  /// Reads the main file, then the drop-in files in order, then the daemon's options, which override both.
  static func configuration(_ files: NodeFiles, _ options: CRIOOptions) -> Observation<CRIOConfiguration> {
    let (main, directory) = (options.file, options.directory)
    var configuration = CRIOConfiguration()
    var path = main
    do throws(FileError) {
      // Every CRI-O installation has at least one of them: older packages have the file, newer ones the directory.
      let (hasMain, hasDirectory) = (main.isEmpty ? false : try files.exists(main), try files.exists(directory))
      guard hasMain || hasDirectory else { return .unknown(NodeFiles.reason(main, .noSuchFile)) }
      path = directory
      let dropIns = hasDirectory ? try files.filesBelow(directory) : []
      for file in (hasMain ? [main] : []) + dropIns {
        path = file
        let text = try files.toml(path)
        do throws(CRIOConfigurationFault) {
          try configuration.add(text)
        } catch {
          return .unknown(UnknownReason(error.code, path: path, line: error.line, message: error.message))
        }
      }
    } catch {
      return .unknown(NodeFiles.reason(path, error))
    }
    configuration.add(options)
    return .known(configuration)
  }

  private static func file(_ path: Observation<String>, _ files: NodeFiles) -> Observation<VersionFile> {
    switch path {
    case .unknown(let reason): return .unknown(reason)
    case .known(""): return .known(.off)
    case .known(let path):
      do throws(FileError) {
        guard try files.exists(path) else {
          // A running daemon creates the file's directory: without it, this is not the node's file system.
          let directory = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
          guard try files.exists(directory) else { return .unknown(NodeFiles.reason(directory, .noSuchFile)) }
          return .known(.missing(path: path))
        }
        let text = try files.text(path)
        // CRI-O writes the version as a JSON string.
        let version = (try? JSON.parse(text))?.stringValue ?? ""
        return .known(.written(path: path, version: version))
      } catch {
        return .unknown(NodeFiles.reason(path, error))
      }
    }
  }

  private static func missingState(
    _ snapshot: Snapshot, _ files: NodeFiles, _ paths: [String: CRIOPaths], _ isDaemonsView: Bool
  ) -> Observation<[String: [MissingState]]> {
    let sandboxes = snapshot.sandboxes.filter(\.isReady)
    if sandboxes.isEmpty { return .known([:]) }
    guard let directory = paths.values.first?.containers, sandboxes.allSatisfy({ paths[$0.id] != nil }) else {
      return .unknown(UnknownReason(.notReported, setting: .containerDirectory))
    }
    do throws(FileError) {
      // Where the daemon itself sees these files, a directory that is hidden or was moved is lost with its next start.
      if !isDaemonsView, Set(try files.names(in: directory)).isDisjoint(with: sandboxes.map(\.id)) {
        return .unknown(NodeFiles.foreign(directory))
      }
      var missing: [String: [MissingState]] = [:]
      func require(_ paths: [String], _ id: String) throws(FileError) {
        for path in paths where !(try files.exists(path)) { missing[id, default: []].append(MissingState(path)) }
      }
      for sandbox in sandboxes {
        guard let location = paths[sandbox.id] else { continue }
        let own = "\(location.containers)/\(sandbox.id)/userdata"
        try require(["\(own)/config.json", "\(location.state ?? own)/state.json"] + location.namespaces, sandbox.id)
        for path in location.namespaces where try isUnmounted(path, files) {
          missing[sandbox.id, default: []].append(MissingState(path, isUnmounted: true))
        }
      }
      for container in snapshot.containers {
        let own = "\(directory)/\(container.id)/userdata"
        try require(["\(own)/config.json", "\(own)/state.json"], container.id)
      }
      return .known(missing)
    } catch {
      return .unknown(NodeFiles.reason(directory, error))
    }
  }

  /// Whether only the mount point of a namespace is left: a mounted namespace cannot be read as a file.
  private static func isUnmounted(_ path: String, _ files: NodeFiles) throws(FileError) -> Bool {
    do throws(FileError) {
      return try files.read(path).isEmpty
    } catch {
      if error == .invalid || error == .noSuchFile { return false }
      throw error
    }
  }

  /// The default runtime that the daemon reports, or else the runtime whose state directory contains a running
  /// container.
  private static func defaultRuntime(
    _ status: JSON, _ snapshot: Snapshot, _ files: NodeFiles, _ configuration: Observation<CRIOConfiguration>
  ) -> Observation<String> {
    if let name = status["crio"]?["DefaultRuntime"]?.stringValue, !name.isEmpty { return .known(name) }
    let plain = Set(snapshot.sandboxes.filter { ($0.facts.runtimeHandler ?? "").isEmpty }.map(\.id))
    for container in snapshot.containers where container.isRunning && plain.contains(container.sandboxID) {
      let directories = (configuration.value ?? CRIOConfiguration()).stateDirectories
      for (directory, name) in directories where (try? files.exists("\(directory)/\(container.id)")) == true {
        return .known(name)
      }
    }
    return .unknown(UnknownReason(.unknownDefaultRuntime))
  }
}
