internal import CRIGzip

/// Decodes frames from bytes that may be split anywhere.
///
/// The payload of a DATA frame is returned as it arrives; a control frame is kept until it is complete, up to a limit.
package struct SPDYFrameDecoder: ~Copyable {
  /// The maximum size of a control frame's payload in bytes. Frames from Kubernetes are smaller than 1 KiB.
  package static let maximumControlFrame = 64 << 10

  private enum State {
    case header
    case data(id: UInt32, left: Int, isLast: Bool)
    case control(SPDYFrameType, flags: UInt8, length: Int)
    case skip(left: Int)
  }

  private var inflater: Inflater
  private var state = State.header
  /// The incomplete header or control frame.
  private var partial: [UInt8] = []

  package init() throws(SPDYFailure) {
    do throws(ZlibFailure) {
      inflater = try Inflater(dictionary: SPDYDictionary.bytes)
    } catch { throw .outOfMemory }
  }

  /// Removes the next frame, or the next piece of a DATA frame, from the front of `bytes`.
  /// - Returns: nil if all bytes have been consumed and no frame is complete.
  package mutating func next(_ bytes: inout ArraySlice<UInt8>) throws(SPDYFailure) -> SPDYFrame? {
    while true {
      switch state {
      case .header:
        guard take(8, &bytes) else { return nil }
        try readHeader()
        // An empty DATA frame is already complete, and may have the FIN flag.
        if case .data(let id, 0, let isLast) = state {
          state = .header
          return .data(id: id, [], isLast: isLast)
        }
      case .data(let id, let left, let isLast):
        guard !bytes.isEmpty else { return nil }
        let piece = Array(bytes.prefix(left))
        bytes = bytes.dropFirst(piece.count)
        let isComplete = piece.count == left
        state = isComplete ? .header : .data(id: id, left: left - piece.count, isLast: isLast)
        return .data(id: id, piece, isLast: isLast && isComplete)
      case .control(let type, let flags, let length):
        guard take(length, &bytes) else { return nil }
        state = .header
        defer { partial = [] }
        return try parse(type, flags: flags, partial)
      case .skip(let left):
        let count = min(left, bytes.count)
        bytes = bytes.dropFirst(count)
        state = left == count ? .header : .skip(left: left - count)
        if case .skip = state { return nil }
      }
    }
  }

  /// Fills `partial` up to `count` bytes.
  private mutating func take(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> Bool {
    let more = bytes.prefix(count - partial.count)
    partial += more
    bytes = bytes.dropFirst(more.count)
    return partial.count == count
  }

  private mutating func readHeader() throws(SPDYFailure) {
    let (first, second) = (UInt32(bigEndian: partial[..<4]), UInt32(bigEndian: partial[4...]))
    partial = []
    let flags = UInt8(second >> 24)
    let length = Int(second & 0xff_ffff)
    guard first & 0x8000_0000 != 0 else {
      guard first != 0 else { throw .malformed(frame: "DATA", reason: "the stream ID is 0") }
      state = .data(id: first, left: length, isLast: flags & 1 != 0)
      return
    }
    let version = UInt16(first >> 16 & 0x7fff)
    guard version == 3 else { throw .unsupportedVersion(version) }
    // Frames of unknown types are ignored (section 2.2.1).
    guard let type = SPDYFrameType(rawValue: UInt16(truncatingIfNeeded: first)) else {
      state = .skip(left: length)
      return
    }
    guard length <= SPDYFrameDecoder.maximumControlFrame else {
      throw .frameTooLarge(frame: type.name, length: length, limit: SPDYFrameDecoder.maximumControlFrame)
    }
    state = .control(type, flags: flags, length: length)
  }

  private mutating func parse(
    _ type: SPDYFrameType, flags: UInt8, _ payload: [UInt8]
  ) throws(SPDYFailure) -> SPDYFrame {
    let isLast = flags & 1 != 0
    switch type {
    case .synStream:
      try SPDYFrameDecoder.require(payload.count >= 10, type)
      let id = try SPDYFrameDecoder.streamID(payload[..<4], type)
      return .synStream(
        id: id, associated: UInt32(bigEndian: payload[4..<8]) & 0x7fff_ffff, priority: payload[8] >> 5,
        try headers(payload[10...], type), isLast: isLast, isUnidirectional: flags & 2 != 0)
    case .synReply, .headers:
      try SPDYFrameDecoder.require(payload.count >= 4, type)
      let id = try SPDYFrameDecoder.streamID(payload[..<4], type)
      let fields = try headers(payload[4...], type)
      return type == .synReply ? .synReply(id: id, fields, isLast: isLast) : .headers(id: id, fields, isLast: isLast)
    case .reset:
      try SPDYFrameDecoder.require(payload.count == 8, type)
      let id = try SPDYFrameDecoder.streamID(payload[..<4], type)
      return .reset(id: id, SPDYStatus(rawValue: UInt32(bigEndian: payload[4...])))
    case .settings: return .settings(try SPDYFrameDecoder.settings(payload))
    case .ping:
      try SPDYFrameDecoder.require(payload.count == 4, type)
      return .ping(UInt32(bigEndian: payload))
    case .goAway:
      try SPDYFrameDecoder.require(payload.count == 8, type)
      return .goAway(
        lastStream: UInt32(bigEndian: payload[..<4]) & 0x7fff_ffff,
        SPDYGoAwayStatus(rawValue: UInt32(bigEndian: payload[4...])))
    case .windowUpdate:
      try SPDYFrameDecoder.require(payload.count == 8, type)
      return .windowUpdate(
        id: UInt32(bigEndian: payload[..<4]) & 0x7fff_ffff, delta: UInt32(bigEndian: payload[4...]) & 0x7fff_ffff)
    }
  }

  private static func settings(_ payload: [UInt8]) throws(SPDYFailure) -> [SPDYSetting] {
    try require(payload.count >= 4, .settings)
    let count = Int(UInt32(bigEndian: payload[..<4]))
    try require(payload.count == 4 + 8 * count, .settings)
    return (0..<count).map { index in
      let entry = payload[(4 + 8 * index)...]
      return SPDYSetting(
        id: UInt32(bigEndian: entry.dropFirst().prefix(3)), value: UInt32(bigEndian: entry.dropFirst(4).prefix(4)),
        flags: payload[4 + 8 * index])
    }
  }

  private mutating func headers(
    _ block: ArraySlice<UInt8>, _ type: SPDYFrameType
  ) throws(SPDYFailure) -> [HTTPField] {
    let bytes: [UInt8]
    do throws(ZlibFailure) {
      bytes = try inflater.decompress(block, limit: SPDYHeaderBlock.maximumSize)
    } catch .tooLarge(let limit) {
      throw .headersTooLarge(limit: limit)
    } catch .damaged {
      throw .damagedHeaders
    } catch { throw .outOfMemory }
    return try SPDYHeaderBlock.decode(bytes, frame: type.name)
  }

  private static func streamID(_ bytes: ArraySlice<UInt8>, _ type: SPDYFrameType) throws(SPDYFailure) -> UInt32 {
    let id = UInt32(bigEndian: bytes) & 0x7fff_ffff
    guard id != 0 else { throw .malformed(frame: type.name, reason: "the stream ID is 0") }
    return id
  }

  private static func require(_ isValid: Bool, _ type: SPDYFrameType) throws(SPDYFailure) {
    if !isValid { throw .malformed(frame: type.name, reason: "the length is invalid") }
  }
}
