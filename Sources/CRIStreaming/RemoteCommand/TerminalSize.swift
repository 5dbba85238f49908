internal import CRIJSON

/// The size of a terminal in characters.
public struct TerminalSize: Hashable, Sendable {
  /// The number of columns.
  public var width: UInt16
  /// The number of lines.
  public var height: UInt16

  /// Creates a value with the given properties.
  public init(width: UInt16, height: UInt16) {
    self.width = width
    self.height = height
  }

  /// The message on the resize stream (`k8s.io/client-go/tools/remotecommand/resize.go`).
  var message: [UInt8] { Array("{\"Width\":\(width),\"Height\":\(height)}\n".utf8) }
}

/// Reads sizes from the resize stream, whose messages may be split at any byte.
struct TerminalSizeReader {
  /// The maximum size of a message in bytes.
  private static let maximumMessage = 256
  private var bytes: [UInt8] = []

  /// - Returns: The sizes in all complete messages; messages without a size are skipped.
  mutating func receive(_ more: [UInt8]) -> [TerminalSize] {
    var sizes: [TerminalSize] = []
    for byte in more {
      bytes.append(byte)
      if byte == UInt8(ascii: "}") {
        if let size = TerminalSizeReader.parse(bytes) { sizes.append(size) }
        bytes = []
      } else if bytes.count >= TerminalSizeReader.maximumMessage {
        bytes = []
      }
    }
    return sizes
  }

  private static func parse(_ bytes: [UInt8]) -> TerminalSize? {
    guard let message = try? JSON.parse(bytes),
      let width = message["Width"]?.uintValue.flatMap({ UInt16(exactly: $0) }),
      let height = message["Height"]?.uintValue.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    return TerminalSize(width: width, height: height)
  }
}
