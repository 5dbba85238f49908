internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

extension RecordSpace {
  /// Reads the free space of the file system to which the runtime writes each container's state when it starts.
  ///
  /// Sources: `loadContainer` in containerd's `restart.go` ends with `StoreStatus`; `LoadContainer` in CRI-O's
  /// `internal/lib/container_server.go` with `ContainerStateToDisk`. Both write a new file, rename it, and give up the
  /// container if this fails.
  /// - Parameter records: An observation of the same directory, which is unknown if the directory is not the runtime's.
  static func read<T>(
    _ directory: String, _ files: NodeFiles, beside records: Observation<T>?
  ) -> Observation<RecordSpace> {
    switch records {
    case nil: return .unknown(.notExamined)
    case .unknown(let reason): return .unknown(reason)
    case .known:
      do throws(FileError) {
        let space = try files.space(at: directory)
        return .known(RecordSpace(directory: directory, blocks: space.blocks, inodes: space.inodes))
      } catch {
        return .unknown(NodeFiles.reason(directory, error))
      }
    }
  }
}
