/// The keys that end a session and leave the command running, such as `ctrl-p,ctrl-q`.
struct DetachKeys: Hashable, Sendable {
  static let standard = "ctrl-p,ctrl-q"

  private let keys: [UInt8]
  /// The number of keys of the sequence that have been pressed. They have not been passed on yet.
  private var pressed = 0

  /// Parses keys that are separated by commas: a character, or `ctrl-` with a letter or one of `@[\]^_`.
  /// - Returns: nil if the text is invalid.
  init?(_ text: String) {
    var keys: [UInt8] = []
    for key in text.split(separator: ",", omittingEmptySubsequences: false) {
      if key.utf8.count == 1, let byte = key.utf8.first {
        keys.append(byte)
      } else if key.hasPrefix("ctrl-"), key.utf8.count == 6, let byte = key.uppercased().utf8.last,
        (0x40..<0x60).contains(byte)
      {
        keys.append(byte - 0x40)
      } else {
        return nil
      }
    }
    self.keys = keys
  }

  /// Passes on what is typed.
  /// - Returns: The bytes for the command, and whether the whole sequence was typed.
  mutating func filter(_ typed: [UInt8]) -> (bytes: [UInt8], isDetached: Bool) {
    var bytes: [UInt8] = []
    for byte in typed {
      if byte != keys[pressed] {
        bytes += keys[..<pressed]
        pressed = 0
      }
      if byte == keys[pressed] {
        pressed += 1
        if pressed == keys.count { return (bytes, true) }
      } else {
        bytes.append(byte)
      }
    }
    return (bytes, false)
  }
}
