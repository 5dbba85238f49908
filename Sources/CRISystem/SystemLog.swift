internal import Glibc

/// The system's log: journald, or another daemon that receives datagrams on `/dev/log`. The corresponding C function is
/// `syslog`.
package struct SystemLog: Sendable {
  /// The priority of a line, as in syslog(3).
  package enum Level: Int, Sendable {
    case warning = 4
    case notice = 5
  }

  /// The facility for daemons, as in syslog(3): `LOG_DAEMON`.
  private static let facility = 3 << 3
  /// The maximum length of a line in bytes; older daemons drop longer datagrams.
  private static let maximumLength = 1000

  private let path: String

  package init(path: String = "/dev/log") { self.path = path }

  /// Sends a line without waiting for a slow daemon. If there is no daemon, the line is lost.
  package func write(_ line: String, level: Level) {
    var bytes = Array("<\(Self.facility | level.rawValue)>cri[\(getpid())]: \(line)".utf8)
    if bytes.count > Self.maximumLength { bytes = Array(bytes.prefix(Self.maximumLength - 3)) + Array("...".utf8) }
    try? UnixSocket.send(bytes, to: path)
  }
}
