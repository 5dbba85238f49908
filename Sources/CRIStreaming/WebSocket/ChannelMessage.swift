internal import CRIText

/// A message that is being received: its channel, then data in raw bytes or base64.
struct ChannelMessage {
  private(set) var channel: UInt32?
  private let isBase64: Bool
  /// Base64 characters that do not yet form a complete group of four.
  private var pendingCharacters: [UInt8] = []
  private var isPadded = false

  init(isBase64: Bool) { self.isBase64 = isBase64 }

  /// Adds a piece of the message.
  /// - Returns: The data in the piece.
  mutating func append(_ piece: [UInt8], isLast: Bool) throws(ChannelFailure) -> [UInt8] {
    var data = piece[...]
    if channel == nil, let first = data.popFirst() { channel = UInt32(isBase64 ? first &- UInt8(ascii: "0") : first) }
    guard isBase64, let channel else { return Array(data) }
    pendingCharacters += data
    let count = pendingCharacters.count / 4 * 4
    guard !isLast || count == pendingCharacters.count, !isPadded || pendingCharacters.isEmpty,
      let bytes = Base64.decode(String(decoding: pendingCharacters[..<count], as: UTF8.self))
    else { throw .malformedBase64(channel: channel) }
    isPadded = isPadded || count > 0 && pendingCharacters[count - 1] == UInt8(ascii: "=")
    pendingCharacters.removeFirst(count)
    return bytes
  }
}
