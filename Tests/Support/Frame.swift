/// Builds the bytes of HTTP/2 frames, valid or invalid, for scripted peers (RFC 9113, section 6).
package enum Frame {
  /// The bytes that every client sends first, before its SETTINGS.
  package static let clientPreface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// Returns any frame. The length field can differ from the payload's length.
  package static func raw(
    type: UInt8, flags: UInt8 = 0, stream: Int32, _ payload: [UInt8], length: Int? = nil
  ) -> [UInt8] {
    Array(bigEndian(UInt32(length ?? payload.count))[1...]) + [type, flags]
      + bigEndian(UInt32(bitPattern: stream)) + payload
  }

  package static func data(_ stream: Int32, _ bytes: [UInt8], endStream: Bool = false) -> [UInt8] {
    raw(type: 0, flags: endStream ? 1 : 0, stream: stream, bytes)
  }

  /// Returns header fields as literals without HPACK indexing, which are valid in any HPACK state.
  package static func headers(
    _ stream: Int32, _ fields: [(String, String)], endStream: Bool = false, endHeaders: Bool = true
  ) -> [UInt8] {
    raw(type: 1, flags: (endStream ? 1 : 0) | (endHeaders ? 4 : 0), stream: stream, block(fields))
  }

  package static func continuation(_ stream: Int32, _ fields: [(String, String)], endHeaders: Bool) -> [UInt8] {
    raw(type: 9, flags: endHeaders ? 4 : 0, stream: stream, block(fields))
  }

  package static func rst(_ stream: Int32, code: UInt32) -> [UInt8] {
    raw(type: 3, stream: stream, bigEndian(code))
  }

  package static func settings(_ values: [(id: UInt16, value: UInt32)] = []) -> [UInt8] {
    raw(type: 4, stream: 0, values.flatMap { [UInt8($0.id >> 8), UInt8($0.id & 255)] + bigEndian($0.value) })
  }

  /// SETTINGS and WINDOW_UPDATE with the largest windows that HTTP/2 allows.
  package static let wideOpen = settings([(4, 0x7fff_ffff)]) + windowUpdate(0, 0x7fff_0000)

  package static let settingsAck = raw(type: 4, flags: 1, stream: 0, [])

  package static func ping(_ payload: [UInt8], ack: Bool = false) -> [UInt8] {
    raw(type: 6, flags: ack ? 1 : 0, stream: 0, payload)
  }

  package static func goAway(lastStream: Int32, code: UInt32 = 0, debug: String = "") -> [UInt8] {
    raw(type: 7, stream: 0, bigEndian(UInt32(lastStream)) + bigEndian(code) + debug.utf8)
  }

  package static func windowUpdate(_ stream: Int32, _ increment: UInt32) -> [UInt8] {
    raw(type: 8, stream: stream, bigEndian(increment))
  }

  /// HPACK "literal without indexing, new name", no Huffman (RFC 7541, section 6.2.2).
  package static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0] + string($0.0) + string($0.1) }
  }

  package static func bigEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  private static func string(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    // A length that does not fit in seven bits continues in groups of seven bits (RFC 7541, section 5.1).
    var length: [UInt8] = [127]
    var rest = bytes.count - 127
    while rest >= 128 {
      length.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return length + [UInt8(rest)] + bytes
  }
}

/// The parts of a gRPC response.
extension Frame {
  /// Returns a message with its five-byte prefix, whose length can be wrong.
  package static func message(_ bytes: [UInt8], compressed: UInt8 = 0, length: UInt32? = nil) -> [UInt8] {
    [compressed] + bigEndian(length ?? UInt32(bytes.count)) + bytes
  }

  package static let responseFields = [(":status", "200"), ("content-type", "application/grpc")]

  package static func responseHeaders(_ stream: Int32) -> [UInt8] { headers(stream, responseFields) }

  package static func trailers(_ stream: Int32, status: String = "0", message: String? = nil) -> [UInt8] {
    headers(
      stream, [("grpc-status", status)] + (message.map { [("grpc-message", $0)] } ?? []), endStream: true)
  }

  /// Returns a complete, valid response.
  package static func response(_ stream: Int32, _ bytes: [UInt8]) -> [UInt8] {
    responseHeaders(stream) + data(stream, message(bytes)) + trailers(stream)
  }
}
