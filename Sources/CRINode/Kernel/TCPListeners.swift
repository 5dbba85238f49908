package import CRISystem

/// The sockets that listen on TCP ports in this process's network namespace.
package enum TCPListeners {
  /// The state of a listening socket (include/net/tcp_states.h).
  private static let listening = "0A"
  private static let maximumSize = 64 << 20

  /// The IDs of the users who listen on a port, on any address; empty if no process does.
  ///
  /// Any user can listen on a port above 1023 while no other program does.
  ///
  /// Source: Linux, Documentation/networking/proc_net_tcp.rst.
  package static func users(of port: UInt16, proc: String = "/proc") throws(FileError) -> Set<UInt32> {
    let suffix = ":" + String(repeating: "0", count: 4 - String(port, radix: 16).count) + String(port, radix: 16)
    var users: Set<UInt32> = []
    for table in ["tcp", "tcp6"] {
      let path = "\(proc)/self/net/\(table)"
      // tcp6 is missing if IPv6 is disabled.
      if table == "tcp6", try !File.exists(path) { continue }
      let text = String(decoding: try File.read(path, limit: maximumSize), as: UTF8.self)
      for line in text.split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ")
        guard fields.count > 7, fields[3] == listening, fields[1].lowercased().hasSuffix(suffix),
          let user = UInt32(fields[7])
        else { continue }
        users.insert(user)
      }
    }
    return users
  }
}
