/// The name/value block of SYN_STREAM, SYN_REPLY and HEADERS, before compression.
///
/// Source: SPDY/3.1 draft, section 2.6.9: all lengths are four bytes; multiple values of a name are separated by NUL.
enum SPDYHeaderBlock {
  /// The maximum size of a decompressed block in bytes.
  static let maximumSize = 64 << 10
  /// The maximum number of names in a block.
  static let maximumNames = 100

  static func encode(_ fields: [HTTPField]) -> [UInt8] {
    var names: [String] = []
    var values: [String: [String]] = [:]
    for field in fields {
      let name = String(decoding: field.name.utf8.map(\.lowercasedASCII), as: UTF8.self)
      if values[name] == nil { names.append(name) }
      values[name, default: []].append(field.value)
    }
    var bytes = UInt32(names.count).bigEndianBytes
    for name in names {
      let value = (values[name] ?? []).joined(separator: "\0")
      bytes += UInt32(name.utf8.count).bigEndianBytes + name.utf8
      bytes += UInt32(value.utf8.count).bigEndianBytes + value.utf8
    }
    return bytes
  }

  /// - Parameter frame: The name of the frame, for errors.
  static func decode(_ bytes: [UInt8], frame: String) throws(SPDYFailure) -> [HTTPField] {
    var rest = bytes[...]
    let count = try number(&rest, frame)
    guard count <= maximumNames else {
      throw .malformed(frame: frame, reason: "too many header names (\(count); the limit is \(maximumNames))")
    }
    var fields: [HTTPField] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let name = try string(&rest, frame)
      let value = try string(&rest, frame)
      // The names of pseudo-headers, such as `:path`, begin with a colon.
      let isAllowed = { (byte: UInt8) in HTTPHead.isTokenByte(byte) && byte == byte.lowercasedASCII || byte == 0x3a }
      guard !name.isEmpty, name.allSatisfy(isAllowed) else {
        throw .malformed(frame: frame, reason: "invalid header name \(name.printable())")
      }
      let text = String(decoding: name, as: UTF8.self)
      guard names.insert(text).inserted else { throw .malformed(frame: frame, reason: "duplicate header \(text)") }
      for part in value.split(separator: 0, omittingEmptySubsequences: false) {
        fields.append(HTTPField(text, String(decoding: part, as: UTF8.self)))
      }
    }
    guard rest.isEmpty else { throw .malformed(frame: frame, reason: "\(rest.count) bytes follow the headers") }
    return fields
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, _ frame: String) throws(SPDYFailure) -> Int {
    guard rest.count >= 4 else { throw .malformed(frame: frame, reason: "the headers end early") }
    defer { rest = rest.dropFirst(4) }
    return Int(UInt32(bigEndian: rest.prefix(4)))
  }

  private static func string(
    _ rest: inout ArraySlice<UInt8>, _ frame: String
  ) throws(SPDYFailure) -> ArraySlice<UInt8> {
    let length = try number(&rest, frame)
    guard length <= rest.count else { throw .malformed(frame: frame, reason: "the headers end early") }
    defer { rest = rest.dropFirst(length) }
    return rest.prefix(length)
  }
}
