internal import CRISystem

/// A snapshot of the node's processes.
struct ProcessTable: Hashable, Sendable {
  let entries: [Int32: ProcessEntry]
  /// Shims and conmons by process ID.
  let shims: [Int32: ShimProcess]
  let proc: String

  /// Reads `/proc` once.
  /// - Throws: An error if the directory cannot be listed or hides other users' processes.
  init(proc: String = "/proc") throws(FileError) {
    var entries: [Int32: ProcessEntry] = [:]
    var shims: [Int32: ShimProcess] = [:]
    for name in try Directory.names(at: proc) {
      // The process may have exited since the directory was listed.
      guard let pid = Int32(name), let stat = try? File.readShort("\(proc)/\(name)/stat"),
        let entry = ProcessEntry(stat: stat)
      else { continue }
      entries[pid] = entry
      if ShimProcess.isCandidate(entry.name), let arguments = try? File.readShort("\(proc)/\(name)/cmdline") {
        let arguments = arguments.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        shims[pid] = ShimProcess(arguments.map { String(decoding: $0, as: UTF8.self) })
      }
    }
    // Every user sees process 1, unless /proc is mounted with hidepid.
    guard entries[1] != nil else { throw .permissionDenied }
    self.entries = entries
    self.shims = shims
    self.proc = proc
  }

  /// Returns the live processes, grouped by the pid of their parent.
  func children() -> [Int32: [ProcessEntry]] {
    Dictionary(grouping: entries.values.filter(\.isAlive), by: \.parent)
      .mapValues { $0.sorted { ($0.startTime, $0.pid) < ($1.startTime, $1.pid) } }
  }

  /// The path of a process's cgroup: in version 2 if the kernel has it, or else in the first hierarchy; nil if it
  /// cannot be read.
  func cgroup(of pid: Int32) -> String? {
    guard let bytes = try? File.readShort("\(proc)/\(pid)/cgroup") else { return nil }
    let paths = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line -> (isUnified: Bool, path: String)? in
      let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return (fields[1].isEmpty, String(decoding: fields[2], as: UTF8.self))
    }
    // In hybrid mode, containers are in hierarchies of version 1, and every process is in the root of version 2, whose
    // path is `/../..` for a process with a cgroup namespace.
    let nonRootPaths = paths.filter { $0.path.contains { $0 != "/" && $0 != "." } }
    return (nonRootPaths.first(where: \.isUnified) ?? nonRootPaths.first ?? paths.first)?.path
  }

  /// Whether the pid still belongs to the same process.
  func isStillRunning(_ pid: Int32, startTime: UInt64) -> Bool {
    guard let stat = try? File.readShort("\(proc)/\(pid)/stat"), let now = ProcessEntry(stat: stat) else {
      return false
    }
    return now.startTime == startTime && now.isAlive
  }
}
