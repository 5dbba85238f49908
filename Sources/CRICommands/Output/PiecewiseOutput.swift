internal import CRISystem

/// Standard output, written in pieces while the rest is still being created.
enum PiecewiseOutput {
  /// The number of bytes that are collected before they are written.
  private static let pieceSize = 64 << 10

  static func write(_ make: (_ emit: ([UInt8]) throws -> Void) throws -> Void) throws {
    var pending: [UInt8] = []
    try make { bytes in
      if pending.count + bytes.count < pieceSize {
        pending += bytes
        return
      }
      try StandardStream.output.write(pending)
      pending.removeAll(keepingCapacity: true)
      // A large piece is written without a copy.
      try StandardStream.output.write(bytes)
    }
    try StandardStream.output.write(pending)
  }
}
