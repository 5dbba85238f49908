internal import CRISystem

/// A connected stream socket. It never blocks, and belongs to one thread.
protocol StreamSocket: AnyObject {
  /// The descriptor's number for poll.
  var number: Int32 { get }

  /// - Returns: Up to `limit` bytes; an empty array at the end; nil if the call would block.
  func read(_ limit: Int) throws(Errno) -> [UInt8]?

  /// Writes `bytes[offset...]`.
  /// - Returns: The number of bytes written; nil if the call would block.
  func write(_ bytes: [UInt8], from offset: Int) throws(Errno) -> Int?

  /// Ends sending; the peer can still read everything that was sent.
  func finishWriting()
}

/// A socket without encryption.
final class PlainSocket: StreamSocket, Sendable {
  private let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  var number: Int32 { descriptor.rawValue }
  func connectionError() throws(Errno) -> Errno? { try descriptor.connectionError() }
  func read(_ limit: Int) throws(Errno) -> [UInt8]? { try descriptor.readBytes(limit) }
  func write(_ bytes: [UInt8], from offset: Int) throws(Errno) -> Int? { try descriptor.send(bytes, from: offset) }
  func finishWriting() { descriptor.finishWriting() }
}
