internal import CRISystem

/// Finds programs as the daemon does: a name without a directory is searched for in the daemon's PATH.
struct ProgramSearch {
  let files: NodeFiles
  let daemon: Int32?
  let proc: String

  /// Whether the program exists and may be executed.
  /// - Parameter besideDaemon: Whether the directory of the daemon's own program is searched too.
  func exists(_ program: String, besideDaemon: Bool = false) throws(FileError) -> Bool {
    if program.hasPrefix("/") { return try isExecutable(program) }
    if besideDaemon, let daemon, let executable = File.linkTarget("\(proc)/\(daemon)/exe") {
      let directory = "/" + executable.split(separator: "/").dropLast().joined(separator: "/")
      if try isExecutable("\(directory)/\(program)") { return true }
    }
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
