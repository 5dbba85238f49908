internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

extension ContainerdDisk {
  /// - Parameters:
  ///   - root: The CRI plugin's root directory, such as `/var/lib/containerd/io.containerd.grpc.v1.cri`.
  ///   - state: The plugin's directory for data that is lost at a reboot, such as
  ///     `/run/containerd/io.containerd.grpc.v1.cri`.
  init(
    records: Observation<DiskRecords>, store: Observation<SandboxStore>, _ snapshot: Snapshot, _ files: NodeFiles,
    root: String?, state: String?
  ) {
    let silent = UnknownReason(.notReported, setting: .directories)
    let tasks = state.map { state in
      let parent = state.split(separator: "/").dropLast().joined(separator: "/")
      return "/\(parent)/io.containerd.runtime.v2.task/k8s.io"
    }
    self.init(
      records: records, store: store,
      missingCheckpoints: root.map { Self.checkpoints(snapshot, files, "\($0)/containers") } ?? .unknown(silent),
      missingShims: tasks.map { Self.shims(snapshot, files, $0) } ?? .unknown(silent),
      missingAddresses: tasks.map { Self.tasks(snapshot, files, $0, without: ["address"]) } ?? .unknown(silent),
      lostShims: tasks.map { Self.tasks(snapshot, files, $0, without: ["bootstrap.json", "address"]) }
        ?? .unknown(silent),
      shimSockets: tasks.map { Self.sockets(snapshot, files, $0) } ?? .unknown(silent),
      newerRecords: tasks.map { Self.newerRecords(snapshot, files, $0) } ?? .unknown(silent))
  }

  private static func checkpoints(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Observation<[String: String]> {
    findMissing(directory, files, at: snapshot.containers.map(\.id)) { id throws(FileError) in
      let path = "\(directory)/\(id)/status"
      do throws(FileError) {
        return isCheckpoint(try files.text(path)) ? nil : path
      } catch {
        if error == .noSuchFile || error == .notADirectory { return path }
        throw error
      }
    }
  }

  /// Whether containerd can decode a checkpoint (`pkg/cri/store/container/status.go`, `decode`).
  private static func isCheckpoint(_ text: String) -> Bool {
    (try? JSON.parse(text))?["Version"]?.stringValue == "v1"
  }

  private static func sockets(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Observation<ShimSockets> {
    var sockets = ShimSockets()
    var reader = ShimSocketReader(files, daemon: snapshot.daemon.pid)
    let checked = findMissing(directory, files, at: tasks(snapshot)) { id throws(FileError) in
      try reader.check(id, "\(directory)/\(id)", &sockets)
      return nil
    }
    return checked.map { _ in sockets }
  }

  private static func shims(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Observation<[String: String]> {
    findMissing(directory, files, at: tasks(snapshot)) { id throws(FileError) in
      let file = "\(directory)/\(id)/shim-binary-path"
      // Older versions write no such file because they search for the program each time.
      guard try files.exists(file) else { return nil }
      let program = try files.text(file).prefix { !$0.isNewline }
      guard program.hasPrefix("/") else { return nil }
      return try files.exists(String(program)) ? nil : String(program)
    }
  }

  /// Returns the tasks that have none of these files.
  private static func tasks(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String, without names: [String]
  ) -> Observation<Set<String>> {
    let missing = findMissing(directory, files, at: tasks(snapshot)) { id throws(FileError) in
      // A task without a bundle in this directory has a different kind of shim.
      let bundle = "\(directory)/\(id)"
      guard try files.exists(bundle) else { return nil }
      for name in names where try files.exists("\(bundle)/\(name)") { return nil }
      return bundle
    }
    return missing.map { Set($0.keys) }
  }

  private static func newerRecords(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Observation<Set<String>> {
    let pods = Dictionary(snapshot.containers.map { ($0.id, $0.sandboxID) }) { first, _ in first }
    let newer = findMissing(directory, files, at: snapshot.containers.filter(\.isRunning).map(\.id)) {
      id throws(FileError) in
      let own = try protocolVersion("\(directory)/\(id)", files)
      let pod = try protocolVersion("\(directory)/\(pods[id] ?? "")", files)
      guard let own, let pod, own > pod else { return nil }
      return "\(own)"
    }
    return newer.map { Set($0.keys) }
  }

  /// The shim's protocol version from its bundle; nil if the bundle was not written by containerd 2.
  private static func protocolVersion(_ bundle: String, _ files: NodeFiles) throws(FileError) -> Int64? {
    let path = "\(bundle)/bootstrap.json"
    guard try files.exists(path) else { return nil }
    let record = try? JSON.parse(try files.text(path))
    return record?["version"]?.intValue
  }

  private static func tasks(_ snapshot: Snapshot) -> [String] {
    snapshot.sandboxes.filter(\.isReady).map(\.id) + snapshot.containers.filter(\.isRunning).map(\.id)
  }

  /// Returns the path of the missing file for each ID; unknown unless the directory contains at least one of the IDs.
  private static func findMissing(
    _ directory: String, _ files: NodeFiles, at ids: [String],
    _ missing: (String) throws(FileError) -> String?
  ) -> Observation<[String: String]> {
    guard !ids.isEmpty else { return .known([:]) }
    do throws(FileError) {
      guard !Set(try files.names(in: directory)).isDisjoint(with: ids) else {
        return .unknown(NodeFiles.foreign(directory))
      }
      var result: [String: String] = [:]
      for id in ids { result[id] = try missing(id) }
      return .known(result)
    } catch {
      return .unknown(NodeFiles.reason(directory, error))
    }
  }
}
