internal import CRISystem

/// Decides whether we may run programs that a process names, with the environment that it provides.
///
/// Anyone can start a process with any name and any arguments, and can listen on a socket. So a process is trusted only
/// if all of its user IDs are those of root or of the caller, which excludes set-uid programs, and if it is in our
/// namespaces, because root in a container is not root on the node.
enum ProcessTrust {
  static func isTrusted(_ pid: Int32, proc: String) -> Bool {
    // Read the namespaces first: once a process has exited, its namespaces and user IDs are unreadable.
    for kind in ["pid", "mnt", "user"] {
      guard let other = FileIdentity(of: "\(proc)/\(pid)/ns/\(kind)") else { continue }
      if other != FileIdentity(of: "\(proc)/self/ns/\(kind)") { return false }
    }
    guard let users = users(of: pid, proc: proc) else { return false }
    return users.allSatisfy { $0 == 0 || $0 == Environment.userID }
  }

  /// Whether a process can belong to the runtime, by its user IDs and its PID namespace; true if they cannot be read.
  /// The processes of a node that is itself a container have another PID namespace.
  static func belongs(_ pid: Int32, to daemon: Int32?, proc: String) -> Bool {
    guard let daemon else { return true }
    if let expected = FileIdentity(of: "\(proc)/\(daemon)/ns/pid"),
      let found = FileIdentity(of: "\(proc)/\(pid)/ns/pid"), found != expected
    {
      return false
    }
    guard let expected = users(of: daemon, proc: proc), let found = users(of: pid, proc: proc) else {
      return true
    }
    return found == expected
  }

  /// The real, effective, saved and file system user IDs (proc_pid_status(5)).
  private static func users(of pid: Int32, proc: String) -> [UInt32]? {
    guard let status = try? File.read("\(proc)/\(pid)/status", limit: 1 << 16) else { return nil }
    let line = status.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "Uid:".utf8) } ?? []
    let users = line.dropFirst(4).split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
      .compactMap { UInt32(String(decoding: $0, as: UTF8.self)) }
    return users.count == 4 ? users : nil
  }
}
