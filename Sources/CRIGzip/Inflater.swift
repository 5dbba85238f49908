internal import CRIZlib

/// Decompresses a sequence of blocks of one zlib stream (RFC 1950).
package struct Inflater: ~Copyable {
  private let stream: ZlibStream
  private let dictionary: [UInt8]
  private var output = [UInt8](repeating: 0, count: 4 << 10)

  /// - Parameter dictionary: what the peer compressed with, if it did with one.
  package init(dictionary: [UInt8] = []) throws(ZlibFailure) {
    stream = try ZlibStream(.decompress)
    self.dictionary = dictionary
  }

  /// Decompresses one block that its sender has flushed.
  ///
  /// After an error the stream cannot be used any more.
  /// - Parameter limit: the most bytes that the block may decompress to; memory does not grow beyond it.
  package mutating func decompress(_ block: some Sequence<UInt8>, limit: Int) throws(ZlibFailure) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(block)[...]
    while true {
      let (code, read, written) = stream.step(rest, &output) { inflate($0, Z_SYNC_FLUSH) }
      guard result.count + written <= limit else { throw .tooLarge(limit: limit) }
      result += output[..<written]
      rest = rest.dropFirst(read)
      switch code {
      case Z_OK: break
      // No progress: everything is decompressed.
      case Z_BUF_ERROR where rest.isEmpty: return result
      case Z_NEED_DICT where !dictionary.isEmpty:
        guard inflateSetDictionary(stream.pointer, dictionary, UInt32(dictionary.count)) == Z_OK else {
          throw .damaged
        }
        continue
      case Z_MEM_ERROR: throw .outOfMemory
      // The end of the stream (Z_STREAM_END) too: no block could follow.
      default: throw .damaged
      }
      if rest.isEmpty, written < output.count { return result }
    }
  }
}
