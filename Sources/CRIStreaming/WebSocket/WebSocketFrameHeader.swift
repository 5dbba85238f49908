/// The header of a WebSocket frame (RFC 6455, section 5.2).
struct WebSocketFrameHeader: Hashable {
  var opcode: WebSocketOpcode
  var isFinal = true
  /// The mask of four bytes; nil if the payload is not masked.
  var mask: [UInt8]?
  var length: Int

  /// Parses a header at the beginning of `bytes`.
  /// - Returns: The header and its size; nil while it is incomplete.
  static func parse(
    _ bytes: [UInt8]
  ) throws(WebSocketFailure) -> (header: WebSocketFrameHeader, size: Int)? {
    guard bytes.count >= 2 else { return nil }
    guard bytes[0] & 0x70 == 0 else { throw .protocolError("a reserved bit is set") }
    guard let opcode = WebSocketOpcode(rawValue: bytes[0] & 0x0f) else {
      throw .protocolError("unknown opcode \(bytes[0] & 0x0f)")
    }
    let isFinal = bytes[0] & 0x80 != 0
    let short = Int(bytes[1] & 0x7f)
    if opcode.isControl {
      guard isFinal else { throw .protocolError("a control frame is fragmented") }
      guard short <= 125 else { throw .protocolError("a control frame has more than 125 bytes") }
    }
    let lengthSize = short < 126 ? 0 : short == 126 ? 2 : 8
    let size = 2 + lengthSize + (bytes[1] & 0x80 != 0 ? 4 : 0)
    guard bytes.count >= size else { return nil }
    let length = lengthSize == 0 ? UInt64(short) : bytes[2..<2 + lengthSize].reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Int.max) else { throw .protocolError("a length has more than 63 bits") }
    guard lengthSize == 0 || length >= (lengthSize == 2 ? 126 : 65536) else {
      throw .protocolError("a length is encoded in more bytes than it needs")
    }
    let mask = bytes[1] & 0x80 != 0 ? Array(bytes[size - 4..<size]) : nil
    return (WebSocketFrameHeader(opcode: opcode, isFinal: isFinal, mask: mask, length: Int(length)), size)
  }

  /// The encoded header in its shortest form.
  func encode(into output: inout [UInt8]) {
    output.append(opcode.rawValue | (isFinal ? 0x80 : 0))
    let masked: UInt8 = mask == nil ? 0 : 0x80
    switch length {
    case ..<126: output.append(masked | UInt8(length))
    case ..<65536: output += [masked | 126, UInt8(length >> 8), UInt8(length & 0xff)]
    default:
      output.append(masked | 127)
      output += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) }
    }
    if let mask { output += mask }
  }
}
