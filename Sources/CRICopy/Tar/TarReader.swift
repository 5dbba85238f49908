internal import CRISystem

/// Reads a tar stream (ustar, pax, and GNU tar's long names) without any I/O: bytes in, events out. Everything in the
/// stream may be hostile. The reader keeps only the bytes that it has not processed yet, and at most one extended
/// header.
package struct TarReader {
  /// The maximum size of an extended header in bytes. pax records of extended attributes may be much longer than a name.
  package static let maximumExtension = 1 << 20

  private enum State {
    case header
    /// The bytes of a file, and the padding to full blocks.
    case data(Int, padding: Int)
    /// The payload of an extended header of this type.
    case extended(UInt8, Int, padding: Int)
    case skip(Int)
    case end
  }

  private var state = State.header
  private var input: [UInt8] = []
  private var position = 0
  /// The part of the current extended header that has been read.
  private var payload: [UInt8] = []
  private var records = PaxRecords()
  private var longName: [UInt8]?
  private var longLink: [UInt8]?

  package init() {}

  /// Whether the end of the archive has been read. Anything after it is ignored.
  package var isAtEnd: Bool { if case .end = state { true } else { false } }

  package mutating func append(_ bytes: [UInt8]) {
    if isAtEnd { return }
    input.removeSubrange(..<position)
    position = 0
    input += bytes
  }

  /// Call this when the stream has ended.
  package func finish() throws(TarFailure) { if !isAtEnd { throw .truncated } }

  /// - Returns: nil if more bytes are needed, or at the end of the archive.
  package mutating func next() throws(TarFailure) -> CopyEvent? {
    while true {
      let available = input.count - position
      switch state {
      case .end: return nil
      case .header:
        guard available >= TarHeader.size else { return nil }
        let block = take(TarHeader.size)
        if TarHeader.isEnd(block) {
          state = .end
          return nil
        }
        if let event = try begin(TarHeader(block)) { return event }
      case .data(0, let padding): state = .skip(padding)
      case .data(let rest, let padding):
        guard available > 0 else { return nil }
        let bytes = Array(take(min(rest, available)))
        state = .data(rest - bytes.count, padding: padding)
        return .bytes(bytes)
      case .extended(let type, 0, let padding):
        try end(type, payload)
        payload = []
        state = .skip(padding)
      case .extended(let type, let rest, let padding):
        guard available > 0 else { return nil }
        let count = min(rest, available)
        payload += take(count)
        state = .extended(type, rest - count, padding: padding)
      case .skip(0): state = .header
      case .skip(let rest):
        guard available > 0 else { return nil }
        state = .skip(rest - take(min(rest, available)).count)
      }
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { position += count }
    return input[position..<(position + count)]
  }

  private static func padding(_ size: Int) -> Int { (TarHeader.size - size % TarHeader.size) % TarHeader.size }

  /// - Returns: nil for a header that only applies to the next entry.
  private mutating func begin(_ header: TarHeader) throws(TarFailure) -> CopyEvent? {
    switch header.type {
    case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
      guard header.size <= Self.maximumExtension else { throw .extensionTooLarge }
      state = .extended(header.type, header.size, padding: Self.padding(header.size))
      return nil
    // The label of a volume.
    case UInt8(ascii: "V"):
      state = .skip(header.size + Self.padding(header.size))
      return nil
    default: break
    }
    defer { (records, longName, longLink) = (PaxRecords(), nil, nil) }
    let name = records.path ?? longName ?? header.name
    let path = try Self.path(name)
    var entry = CopyEntry(
      path: path, kind: .directory, permissions: header.permissions, owner: records.owner ?? header.owner,
      group: records.group ?? header.group, modified: records.modified ?? FileTime(seconds: header.modified))
    let linkName = records.linkPath ?? longLink ?? header.linkName
    switch header.type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
      // Before POSIX, a slash at the end of the name meant a directory.
      if name.last == UInt8(ascii: "/") { break }
      let size = records.size ?? header.size
      guard !path.isEmpty else { throw .pointsOutside(Self.display(name)) }
      entry.kind = .regular(size: size)
      state = .data(size, padding: Self.padding(size))
    case UInt8(ascii: "1"): entry.kind = .hardLink(target: try Self.path(linkName))
    case UInt8(ascii: "2"):
      guard !linkName.isEmpty, !linkName.contains(0), linkName.count < CopyLimits.path else { throw .nameTooLong }
      entry.kind = .symbolicLink(target: linkName)
    case UInt8(ascii: "3"), UInt8(ascii: "4"): return .skipped(path: path, .kind(.device))
    case UInt8(ascii: "5"): break
    case UInt8(ascii: "6"): return .skipped(path: path, .kind(.fifo))
    case UInt8(ascii: "S"): throw .sparse
    case let type: throw .unsupportedType(type)
    }
    guard !path.isEmpty || entry.kind == .directory else { throw .pointsOutside(Self.display(name)) }
    return .entry(entry)
  }

  private mutating func end(_ type: UInt8, _ bytes: [UInt8]) throws(TarFailure) {
    switch type {
    case UInt8(ascii: "L"): longName = Array(bytes.prefix { $0 != 0 })
    case UInt8(ascii: "K"): longLink = Array(bytes.prefix { $0 != 0 })
    case UInt8(ascii: "g"):
      // Global records are comments in practice. A global name or size would change every entry.
      let global = try PaxRecords(bytes)
      guard global.path == nil, global.linkPath == nil, global.size == nil else { throw .invalidRecord }
    default: records = try PaxRecords(bytes)
    }
  }

  /// The path without empty components and `.`.
  private static func path(_ name: [UInt8]) throws(TarFailure) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    guard name.first != slash, !name.contains(0) else { throw .pointsOutside(display(name)) }
    guard name.count < CopyLimits.path else { throw .nameTooLong }
    let components = name.split(separator: slash).filter { $0.elementsEqual([UInt8(ascii: ".")]) == false }
    for component in components {
      if component.elementsEqual("..".utf8) { throw .pointsOutside(display(name)) }
      if component.count > CopyLimits.name { throw .nameTooLong }
    }
    return Array(components.joined(separator: [slash]))
  }

  private static func display(_ name: [UInt8]) -> String {
    String(decoding: name.prefix(CopyLimits.name), as: UTF8.self)
  }
}
