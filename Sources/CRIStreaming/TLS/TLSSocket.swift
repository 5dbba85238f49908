internal import CRISystem

/// A socket with TLS. It belongs to one thread.
final class TLSSocket: StreamSocket {
  /// The maximum number of bytes that are encrypted at a time.
  private static let writeSize = 64 << 10
  /// The maximum number of bytes that are read at a time during the handshake.
  private static let handshakeReadSize = 16 << 10
  /// The maximum number of bytes of TLS control messages that are queued for a peer that does not read.
  private static let maximumUnsent = 256 << 10

  private let socket: PlainSocket
  private let engine: any TLSEngine
  /// Encrypted bytes waiting to be sent.
  private var unsent: [UInt8] = []
  private var sent = 0
  /// The number of the caller's bytes that are in `unsent` in encrypted form, until these are sent.
  private var accepted: Int?

  init(_ socket: PlainSocket, _ engine: any TLSEngine) {
    self.socket = socket
    self.engine = engine
  }

  var number: Int32 { socket.number }

  enum Handshake {
    case complete
    case waits(write: Bool)
    /// More bytes have arrived; the caller checks its deadline and calls again.
    case continues
  }

  /// Continues the handshake with the data that has arrived.
  func handshake() throws(SocketFailure) -> Handshake {
    let isComplete = try failing { () throws(TLSFailure) in try engine.handshake() }
    let isWritten = try flush()
    if isComplete, isWritten { return .complete }
    if isComplete { return .waits(write: true) }
    guard let bytes = try socket.read(Self.handshakeReadSize) else { return .waits(write: !isWritten) }
    if bytes.isEmpty {
      throw .tls(TLSFailure(.truncated, "the peer closed the connection during the TLS handshake"))
    }
    try failing { () throws(TLSFailure) in try engine.receive(bytes) }
    return .continues
  }

  func read(_ limit: Int) throws(SocketFailure) -> [UInt8]? {
    if engine.isEnded { return [] }
    if let bytes = try socket.read(limit) {
      if bytes.isEmpty {
        throw .tls(TLSFailure(.truncated, "the connection was cut: it ended without TLS's close_notify"))
      }
      try failing { () throws(TLSFailure) in try engine.receive(bytes) }
    }
    let decrypted = try failing { () throws(TLSFailure) in try engine.read() }
    // Reading must not fail because of a write error, which the next write reports.
    _ = try? flush()
    guard unsent.count - sent <= Self.maximumUnsent else {
      throw .tls(TLSFailure(.handshakeFailed, "the peer requests TLS messages, but does not read them"))
    }
    // poll(2) does not know about close_notify, so make it report the end, which the next call returns.
    if engine.isEnded { socket.finishReading() }
    return decrypted.isEmpty && !engine.isEnded ? nil : decrypted
  }

  /// After this has returned nil, it must be called again with the same bytes.
  func write(_ bytes: [UInt8], from offset: Int) throws(SocketFailure) -> Int? {
    guard try flush() else { return nil }
    if let accepted {
      self.accepted = nil
      return accepted
    }
    let count = min(bytes.count - offset, Self.writeSize)
    try failing { () throws(TLSFailure) in try engine.write(bytes, offset..<offset + count) }
    guard try flush() else {
      accepted = count
      return nil
    }
    return count
  }

  func finishWriting() {
    announceEnd()
    socket.finishWriting()
  }

  func announceEnd() {
    engine.close()
    _ = try? flush()
  }

  /// Sends the alert that explains a failure to the peer.
  private func failing<Result>(_ body: () throws(TLSFailure) -> Result) throws(SocketFailure) -> Result {
    do throws(TLSFailure) { return try body() } catch {
      _ = try? flush()
      throw .tls(error)
    }
  }

  /// - Returns: True if no bytes are waiting to be sent.
  private func flush() throws(SocketFailure) -> Bool {
    let more = engine.takeOutput()
    if sent == unsent.count {
      unsent = more
      sent = 0
    } else {
      unsent += more
    }
    while sent < unsent.count {
      guard let count = try socket.write(unsent, from: sent) else { return false }
      sent += count
    }
    return true
  }
}
