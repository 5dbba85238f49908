internal import CRISystem

/// A connected stream socket. It never blocks, and belongs to one thread.
protocol StreamSocket: AnyObject {
  /// The number for poll.
  var number: Int32 { get }

  /// - Returns: up to `limit` bytes; an empty array at the end; nil where it would block.
  func read(_ limit: Int) throws(Errno) -> [UInt8]?

  /// Writes `bytes[offset...]`.
  /// - Returns: the number of bytes taken; nil where it would block.
  func write(_ bytes: [UInt8], from offset: Int) throws(Errno) -> Int?

  /// Sends no more; the other end reads to the end of what was sent.
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
