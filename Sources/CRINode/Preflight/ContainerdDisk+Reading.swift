internal import CRI
internal import CRIState
internal import CRISystem

extension ContainerdDisk {
  /// - Parameters:
  ///   - root: the CRI plugin's directory, such as `/var/lib/containerd/io.containerd.grpc.v1.cri`.
  ///   - state: its directory for what a reboot takes away, such as `/run/containerd/io.containerd.grpc.v1.cri`.
  init(
    records: Evidence<DiskRecords>, _ snapshot: Snapshot, _ files: NodeFiles, root: String?, state: String?
  ) {
    let silent = "containerd does not say where its directories are"
    self.init(
      records: records,
      missingCheckpoints: root.map { Self.checkpoints(snapshot, files, "\($0)/containers") } ?? .unknown(silent),
      missingShims: state.map {
        let parent = $0.split(separator: "/").dropLast().joined(separator: "/")
        return Self.shims(snapshot, files, "/\(parent)/io.containerd.runtime.v2.task/k8s.io")
      } ?? .unknown(silent))
  }

  private static func checkpoints(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Evidence<[String: String]> {
    look(directory, files, at: snapshot.containers.map(\.id)) { id throws(Errno) in
      let path = "\(directory)/\(id)/status"
      return try files.exists(path) ? nil : path
    }
  }

  private static func shims(
    _ snapshot: Snapshot, _ files: NodeFiles, _ directory: String
  ) -> Evidence<[String: String]> {
    let ids = snapshot.sandboxes.filter(\.isReady).map(\.id) + snapshot.containers.filter(\.isRunning).map(\.id)
    return look(directory, files, at: ids) { id throws(Errno) in
      let file = "\(directory)/\(id)/shim-binary-path"
      // Older ones write no such file: they look the program up each time.
      guard try files.exists(file) else { return nil }
      let program = try files.text(file).prefix { !$0.isNewline }
      guard program.hasPrefix("/") else { return nil }
      return try files.exists(String(program)) ? nil : String(program)
    }
  }

  /// What is missing of each id, in a directory that must be there where there is anything to look for.
  private static func look(
    _ directory: String, _ files: NodeFiles, at ids: [String],
    _ missing: (String) throws(Errno) -> String?
  ) -> Evidence<[String: String]> {
    guard !ids.isEmpty else { return .known([:]) }
    do throws(Errno) {
      guard !Set(try files.names(in: directory)).isDisjoint(with: ids) else {
        return .unknown(NodeFiles.foreign(directory))
      }
      var result: [String: String] = [:]
      for id in ids { result[id] = try missing(id) }
      return .known(result)
    } catch {
      return .unknown(NodeFiles.words(directory, error))
    }
  }
}
