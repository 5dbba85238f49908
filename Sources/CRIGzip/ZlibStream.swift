internal import CRIZlib

/// Owns a `z_stream` at a fixed address, because zlib rejects a state that has moved.
struct ZlibStream: ~Copyable {
  enum Direction { case compress, decompress }

  let pointer: UnsafeMutablePointer<z_stream>
  private let direction: Direction

  init(_ direction: Direction) throws(ZlibFailure) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: z_stream())
    self.direction = direction
    let code =
      direction == .compress ? cri_begin_deflating_zlib(pointer) : cri_begin_inflating_zlib(pointer)
    guard code == Z_OK else { throw .outOfMemory }
  }

  deinit {
    // After a failed initialization, these functions find no state and do nothing.
    if direction == .compress { deflateEnd(pointer) } else { inflateEnd(pointer) }
    pointer.deallocate()
  }

  /// Calls `body`, which is `deflate` or `inflate`, with the input and with space for output.
  /// - Returns: zlib's code, and the numbers of bytes that were read and written.
  func step(
    _ input: ArraySlice<UInt8>, _ output: inout [UInt8], _ body: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> (code: Int32, read: Int, written: Int) {
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        // zlib only reads through this pointer, although its type is mutable.
        pointer.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        pointer.pointee.avail_in = UInt32(source.count)
        pointer.pointee.next_out = target.baseAddress
        pointer.pointee.avail_out = UInt32(target.count)
        let code = body(pointer)
        return (code, source.count - Int(pointer.pointee.avail_in), target.count - Int(pointer.pointee.avail_out))
      }
    }
  }
}
