internal import CRIZlib
package import CRISystem

/// Decompresses gzip files (RFC 1952).
package enum Gzip {
  private static let blockSize = 64 << 10

  /// Decompresses a file into an unnamed temporary file, so that memory use does not depend on its size.
  /// - Returns: the temporary file, which the kernel removes when it is closed.
  /// - Throws: `.invalid` if the data is damaged or incomplete, or the error of the file system, such as `.noSpace`.
  package static func decompress(_ file: OpenFile) throws(Errno) -> OpenFile {
    let target = try File.unnamed()
    var stream = z_stream()
    guard cri_begin_inflating(&stream) == Z_OK else { throw .invalid }
    defer { inflateEnd(&stream) }
    var input = [UInt8](repeating: 0, count: blockSize)
    var output = [UInt8](repeating: 0, count: blockSize)
    var offset = 0
    var hasEnded = false
    while true {
      let count = try file.read(at: offset, into: &input)
      if count == 0 { break }
      offset += count
      var used = 0
      while used < count {
        // A gzip file may have several members, whose contents are concatenated.
        if hasEnded, inflateReset(&stream) != Z_OK { throw .invalid }
        let (code, consumed, produced) = step(&stream, input[used..<count], &output)
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .invalid }
        hasEnded = code == Z_STREAM_END
        try target.writeAll(produced == output.count ? output : Array(output[..<produced]))
        used += consumed
        if consumed == 0, produced == 0 { throw .invalid }
      }
    }
    guard hasEnded else { throw .invalid }
    return try OpenFile(target)
  }

  private static func step(
    _ stream: inout z_stream, _ input: ArraySlice<UInt8>, _ output: inout [UInt8]
  ) -> (code: Int32, consumed: Int, produced: Int) {
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        // zlib only reads through this pointer, although its type allows writing.
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
