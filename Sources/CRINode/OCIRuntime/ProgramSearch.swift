internal import CRISystem

/// Finds programs as the daemon does: a name without a directory is searched for in the daemon's PATH.
struct ProgramSearch {
  let files: NodeFiles
  let daemon: Int32?
  let proc: String

  /// Whether the program exists and may be executed.
  /// - Parameter directories: Directories that are searched before the daemon's PATH.
  func exists(_ program: String, beside directories: [String] = []) throws(FileError) -> Bool {
    if program.hasPrefix("/") { return try isExecutable(program) }
    for directory in directories where try isExecutable("\(directory)/\(program)") { return true }
    for directory in try OCIRuntimeReader.searchPath(of: daemon, proc: proc).split(separator: ":")
    where try isExecutable("\(directory)/\(program)") {
      return true
    }
    return false
  }

  private func isExecutable(_ path: String) throws(FileError) -> Bool {
    do throws(FileError) {
      return try files.isExecutable(path)
    } catch {
      if error == .noSuchFile || error == .notADirectory { return false }
      throw error
    }
  }
}
