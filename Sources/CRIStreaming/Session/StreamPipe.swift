/// A socket with the bytes waiting to be written to it. It belongs to one thread.
struct StreamPipe: ~Copyable {
  /// The maximum number of bytes that are read at a time.
  private static var readSize: Int { 128 << 10 }

  let socket: any StreamSocket
  /// The bytes that are being written. New ones may be added only while `isEmpty`.
  var output: [UInt8] = []
  private var written = 0
  /// The error of a failed write. The peer may have sent the reason before it closed the socket, so reading continues.
  private(set) var writeFailure: SocketFailure?
  /// The reason why TLS failed while reading.
  private(set) var tlsFailure: TLSFailure?
  /// The time at which the last bytes arrived.
  private(set) var lastArrival = ContinuousClock.now
  /// The time since which the peer may have been waiting for a larger window.
  private var idleStart = ContinuousClock.now

  init(_ socket: any StreamSocket) { self.socket = socket }

  /// Whether no bytes are waiting to be written, which is also the case after a write has failed.
  var isEmpty: Bool { output.isEmpty }

  /// Writes as much as the socket accepts.
  /// - Returns: True if everything was written, or if writing has failed.
  mutating func flush() -> Bool {
    while written < output.count, writeFailure == nil {
      do throws(SocketFailure) {
        guard let count = try socket.write(output, from: written) else { return false }
        written += count
      } catch { writeFailure = error }
    }
    output.removeAll(keepingCapacity: true)
    written = 0
    return true
  }

  /// Writes as much as the socket accepts of the bytes that `fill` adds, until `fill` adds no more.
  /// - Returns: True if everything was written, or if writing has failed.
  mutating func flush(filling fill: (inout [UInt8]) -> Void) -> Bool {
    while true {
      if isEmpty { fill(&output) }
      if isEmpty { return true }
      if !flush() { return false }
    }
  }

  enum Arrival {
    case nothing
    case bytes([UInt8])
    case end(String)
  }

  mutating func read() -> Arrival {
    do throws(SocketFailure) {
      guard let bytes = try socket.read(Self.readSize) else { return .nothing }
      guard !bytes.isEmpty else { return .end("the server closed the connection") }
      lastArrival = .now
      idleStart = lastArrival
      return .bytes(bytes)
    } catch {
      if case .tls(let failure) = error { tlsFailure = failure }
      return .end("\(error)")
    }
  }

  /// The time without bytes after which a peer may be waiting for a larger window.
  private static var idleTime: Duration { .milliseconds(50) }

  /// The time from which the peer counts as idle.
  var idleTime: ContinuousClock.Instant { idleStart + Self.idleTime }

  /// Whether the peer has been idle for long enough. If so, the measurement of the idle time starts again.
  mutating func takeIdle() -> Bool {
    guard ContinuousClock.now >= idleTime else { return false }
    idleStart = .now
    return true
  }
}
