internal import CRIZlib

/// Compresses a sequence of blocks in one zlib stream (RFC 1950), so that each block may refer to earlier ones.
package struct Deflater: ~Copyable {
  private let stream: ZlibStream
  private var output = [UInt8](repeating: 0, count: 4 << 10)

  /// - Parameter dictionary: Bytes that both ends know in advance; empty for none.
  package init(dictionary: [UInt8] = []) throws(ZlibFailure) {
    let stream = try ZlibStream(.compress)
    let code = dictionary.isEmpty ? Z_OK : deflateSetDictionary(stream.pointer, dictionary, UInt32(dictionary.count))
    guard code == Z_OK else { throw .outOfMemory }
    self.stream = stream
  }

  /// Compresses one block and flushes it (`Z_SYNC_FLUSH`), so that the peer can decompress it immediately.
  package mutating func compress(_ block: [UInt8]) throws(ZlibFailure) -> [UInt8] {
    var result: [UInt8] = []
    var rest = block[...]
    while true {
      let (code, read, written) = stream.step(rest, &output) { deflate($0, Z_SYNC_FLUSH) }
      // Z_BUF_ERROR only means that there was nothing left to do.
      guard code == Z_OK || code == Z_BUF_ERROR else { throw .outOfMemory }
      result += output[..<written]
      rest = rest.dropFirst(read)
      if written < output.count, rest.isEmpty { return result }
    }
  }
}
