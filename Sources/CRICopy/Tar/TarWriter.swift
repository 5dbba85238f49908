internal import CRISystem

/// Writes a tar stream without any I/O: events in, bytes out.
package struct TarWriter {
  /// How a stream expresses what does not fit into a ustar header.
  package enum Format: Hashable, Sendable {
    /// pax records, which are also used for fractions of a second.
    case pax
    /// GNU tar's headers for long names, which busybox can read, too.
    case gnu
  }

  private static let pieceSize = 256 << 10
  /// The largest number that 11 octal digits express.
  private static let maximumOctal = 1 << 33 - 1

  private let format: Format
  /// The name of the copied object, or `.` for its contents.
  private let name: [UInt8]
  private var output: [UInt8] = []
  private var zeros = 0
  /// The number of bytes of the current file that are still missing, and the number of padding bytes after it.
  private var remaining = 0
  private var padding = 0

  package init(_ format: Format, name: [UInt8]) {
    self.format = format
    self.name = name.isEmpty ? [UInt8(ascii: ".")] : name
  }

  /// Adds an event. Take the output before the next one.
  package mutating func append(_ event: CopyEvent) throws(CopyError) {
    switch event {
    case .entry(let entry):
      guard remaining == 0 else { throw .archive(.missingData) }
      append(entry)
    case .bytes(let bytes):
      try count(bytes.count)
      output += bytes
      if remaining == 0 { zeros += padding }
    case .zeros(let count):
      try self.count(count)
      zeros += count + (remaining == 0 ? padding : 0)
    case .skipped: break
    }
  }

  /// Adds the end of the archive.
  package mutating func finish() { zeros += 2 * TarHeader.size }

  /// Takes the next piece of the output.
  /// - Returns: nil if no bytes are waiting.
  package mutating func take() -> [UInt8]? {
    if !output.isEmpty {
      defer { output = [] }
      return output
    }
    guard zeros > 0 else { return nil }
    let count = min(zeros, Self.pieceSize)
    zeros -= count
    return [UInt8](repeating: 0, count: count)
  }

  private mutating func count(_ count: Int) throws(CopyError) {
    guard count <= remaining else { throw .archive(.tooMuchData) }
    remaining -= count
  }

  private func path(_ path: [UInt8]) -> [UInt8] { path.isEmpty ? name : name + [UInt8(ascii: "/")] + path }

  private mutating func append(_ entry: CopyEntry) {
    var name = path(entry.path)
    var link: [UInt8] = []
    var size = 0
    let type: UInt8
    switch entry.kind {
    case .regular(let bytes): (type, size) = (UInt8(ascii: "0"), bytes)
    case .hardLink(let target): (type, link) = (UInt8(ascii: "1"), path(target))
    case .symbolicLink(let target): (type, link) = (UInt8(ascii: "2"), target)
    case .directory:
      type = UInt8(ascii: "5")
      name.append(UInt8(ascii: "/"))
    }
    switch format {
    case .pax:
      var records: [UInt8] = []
      if name.count > 100 { records += Self.record("path", name) }
      if link.count > 100 { records += Self.record("linkpath", link) }
      if entry.modified.nanoseconds != 0 { records += Self.record("mtime", Self.text(entry.modified)) }
      if size > Self.maximumOctal { records += Self.record("size", Array("\(size)".utf8)) }
      if !records.isEmpty { appendExtension(UInt8(ascii: "x"), "././@PaxHeader", records) }
    case .gnu:
      if link.count > 100 { appendExtension(UInt8(ascii: "K"), "././@LongLink", link + [0]) }
      if name.count > 100 { appendExtension(UInt8(ascii: "L"), "././@LongLink", name + [0]) }
    }
    appendHeader(
      name: name, type: type, link: link, size: size, permissions: entry.permissions, owner: entry.owner ?? 0,
      group: entry.group ?? 0, modified: Int(entry.modified.seconds))
    remaining = size
    padding = (TarHeader.size - size % TarHeader.size) % TarHeader.size
  }

  private mutating func appendExtension(_ type: UInt8, _ name: String, _ payload: [UInt8]) {
    appendHeader(
      name: Array(name.utf8), type: type, link: [], size: payload.count, permissions: 0o644, owner: 0, group: 0,
      modified: 0)
    output += payload
    output += [UInt8](repeating: 0, count: (TarHeader.size - payload.count % TarHeader.size) % TarHeader.size)
  }

  private mutating func appendHeader(
    name: [UInt8], type: UInt8, link: [UInt8], size: Int, permissions: UInt32, owner: UInt32, group: UInt32,
    modified: Int
  ) {
    var block = [UInt8](repeating: 0, count: TarHeader.size)
    func put(_ bytes: some Collection<UInt8>, _ start: Int) {
      for (index, byte) in bytes.enumerated() { block[start + index] = byte }
    }
    put(name.prefix(100), 0)
    put(Self.number(Int(permissions), 8), 100)
    put(Self.number(Int(owner), 8), 108)
    put(Self.number(Int(group), 8), 116)
    put(Self.number(size, 12), 124)
    put(Self.number(modified, 12), 136)
    put(repeatElement(UInt8(ascii: " "), count: 8), 148)
    block[156] = type
    put(link.prefix(100), 157)
    put("ustar".utf8, 257)
    put("00".utf8, 263)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(Self.octal(sum, 6) + [0, UInt8(ascii: " ")], 148)
    output += block
  }

  private static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
    let text = Array(String(value, radix: 8).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text
  }

  /// An octal number with a NUL at its end, or a binary number as GNU tar writes it if it is negative or too large.
  private static func number(_ value: Int, _ width: Int) -> [UInt8] {
    let digits = width - 1
    if value >= 0, value < 1 << (3 * digits) { return octal(value, digits) + [0] }
    var bytes = [UInt8](repeating: value < 0 ? 0xff : 0, count: width)
    for index in 0..<min(width, 8) { bytes[width - 1 - index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    bytes[0] |= 0x80
    return bytes
  }

  /// A pax record, whose length includes its own digits.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let payload = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = payload.count + 1
    while "\(length)".utf8.count + payload.count != length { length = "\(length)".utf8.count + payload.count }
    return Array("\(length)".utf8) + payload
  }

  private static func text(_ time: FileTime) -> [UInt8] {
    let isNegative = time.seconds < 0
    // -0.25 seconds are -1 second and 750,000,000 nanoseconds.
    let seconds = isNegative ? -(time.seconds + 1) : time.seconds
    let fraction = "\(isNegative ? 1_000_000_000 - time.nanoseconds : time.nanoseconds)"
    let zeros = String(repeating: "0", count: 9 - fraction.utf8.count)
    return Array("\(isNegative ? "-" : "")\(seconds).\(zeros)\(fraction)".utf8)
  }
}
