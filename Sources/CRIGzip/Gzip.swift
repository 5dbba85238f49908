internal import CRIZlib
package import CRISystem

/// Reads what gzip has compressed (RFC 1952).
package enum Gzip {
  private static let block = 64 << 10

  /// Writes a file's content to one without a name, which goes when it is closed, so that memory does not grow with it.
  /// - Throws: `.invalid` where it is damaged or incomplete; what the file system says of too little room.
  package static func expand(_ file: OpenFile) throws(Errno) -> OpenFile {
    let target = try File.unnamed()
    var stream = z_stream()
    guard cri_begin_inflating(&stream) == Z_OK else { throw .invalid }
    defer { inflateEnd(&stream) }
    var input = [UInt8](repeating: 0, count: block)
    var output = [UInt8](repeating: 0, count: block)
    var offset = 0
    var hasEnded = false
    while true {
      let count = try file.read(at: offset, into: &input)
      if count == 0 { break }
      offset += count
      var used = 0
      while used < count {
        // Members may follow each other: their contents do.
        if hasEnded, inflateReset(&stream) != Z_OK { throw .invalid }
        let (code, taken, made) = step(&stream, input[used..<count], &output)
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .invalid }
        hasEnded = code == Z_STREAM_END
        try target.writeAll(made == output.count ? output : Array(output[..<made]))
        used += taken
        if taken == 0, made == 0 { throw .invalid }
      }
    }
    guard hasEnded else { throw .invalid }
    return try OpenFile(target)
  }

  private static func step(
    _ stream: inout z_stream, _ input: ArraySlice<UInt8>, _ output: inout [UInt8]
  ) -> (code: Int32, taken: Int, made: Int) {
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        // zlib reads through this pointer, and says nothing of it in its type.
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let code = inflate(&stream, Z_NO_FLUSH)
        return (code, source.count - Int(stream.avail_in), target.count - Int(stream.avail_out))
      }
    }
  }
}
