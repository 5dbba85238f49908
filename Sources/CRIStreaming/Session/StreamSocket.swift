internal import CRISystem

/// A connected stream socket. It never blocks, and belongs to one thread.
protocol StreamSocket: AnyObject {
  /// The descriptor's number, for poll(2).
  var number: Int32 { get }

  /// - Returns: Up to about `limit` bytes; an empty array at the end; nil if the call would block.
  func read(_ limit: Int) throws(SocketFailure) -> [UInt8]?

  /// Writes `bytes[offset...]`.
  /// - Returns: The number of bytes written; nil if the call would block.
  func write(_ bytes: [UInt8], from offset: Int) throws(SocketFailure) -> Int?

  /// Stops sending; the peer can still read everything that was sent.
  func finishWriting()

  /// Notifies the peer that the connection ends intentionally, if the protocol can express that.
  func announceEnd()
}

/// A socket without encryption.
final class PlainSocket: StreamSocket, Sendable {
  private let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  var number: Int32 { descriptor.rawValue }
  func connectionError() throws(Errno) -> Errno? { try descriptor.connectionError() }

  func read(_ limit: Int) throws(SocketFailure) -> [UInt8]? {
    do throws(Errno) { return try descriptor.readBytes(limit) } catch { throw .system(error) }
  }

  func write(_ bytes: [UInt8], from offset: Int) throws(SocketFailure) -> Int? {
    do throws(Errno) { return try descriptor.send(bytes, from: offset) } catch { throw .system(error) }
  }

  func finishWriting() { descriptor.finishWriting() }
  func finishReading() { descriptor.finishReading() }
  func announceEnd() {}
}
