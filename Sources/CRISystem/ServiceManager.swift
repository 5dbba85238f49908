internal import Glibc

/// The service manager that has started this process, usually systemd. The protocol is that of sd_notify(3): datagrams
/// to the socket in `NOTIFY_SOCKET`.
package struct ServiceManager: Sendable {
  private let socket: String?
  /// How often the service must report that it is alive; nil if it does not have to. It should do so in half of this
  /// time.
  package let watchdog: Duration?

  /// - Parameter environment: Returns the value of a variable.
  package init(environment: (String) -> String? = Environment.value) {
    socket = environment("NOTIFY_SOCKET").flatMap { $0.isEmpty ? nil : $0 }
    let isForUs = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    let microseconds = environment("WATCHDOG_USEC").flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
    watchdog = isForUs ? microseconds.map { .microseconds($0) } : nil
  }

  /// Reports that the service is ready, and what it does.
  package func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

  /// Reports what the service does, in one line.
  package func status(_ text: String) { send("STATUS=\(Self.line(text))") }

  /// Reports that the service is alive.
  package func keepAlive() { send("WATCHDOG=1") }

  /// Reports that the service is ending.
  package func stopping() { send("STOPPING=1") }

  private static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

  /// Sends a datagram. If there is no service manager, or it does not read, the message is lost.
  private func send(_ text: String) {
    guard let socket else { return }
    let bytes = Array(text.utf8)
    if socket.hasPrefix("@") {
      try? UnixSocket.send(bytes, toAbstract: String(socket.dropFirst()))
    } else {
      try? UnixSocket.send(bytes, to: socket)
    }
  }
}
