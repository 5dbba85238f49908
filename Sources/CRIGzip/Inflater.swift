internal import CRIZlib

/// Decompresses a sequence of blocks of one zlib stream (RFC 1950).
package struct Inflater: ~Copyable {
  private let stream: ZlibStream
  private let dictionary: [UInt8]
  private var output = [UInt8](repeating: 0, count: 4 << 10)

  /// - Parameter dictionary: The dictionary that the peer used for compression; empty for none.
  package init(dictionary: [UInt8] = []) throws(ZlibFailure) {
    stream = try ZlibStream(.decompress)
    self.dictionary = dictionary
  }

  /// Decompresses one block that its sender has flushed.
  ///
  /// After an error, the stream is unusable.
  /// - Parameter limit: The maximum size in bytes of the decompressed block; memory does not grow beyond it.
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
      // There is no progress because everything is decompressed.
      case Z_BUF_ERROR where rest.isEmpty: return result
      case Z_NEED_DICT where !dictionary.isEmpty:
        guard inflateSetDictionary(stream.pointer, dictionary, UInt32(dictionary.count)) == Z_OK else {
          throw .damaged
        }
        continue
      case Z_MEM_ERROR: throw .outOfMemory
      // This includes the end of the stream (Z_STREAM_END), after which no block could follow.
      default: throw .damaged
      }
      if rest.isEmpty, written < output.count { return result }
    }
  }
}
