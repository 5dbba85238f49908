/// One header field of an HTTP/1.1 message (RFC 9112, section 5).
package struct HTTPField: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension [HTTPField] {
  /// The first value of a field; names are compared case-insensitively.
  package subscript(_ name: String) -> String? {
    first { $0.name.equalsIgnoringCase(name) }?.value
  }

  /// The elements of a comma-separated list field, from all its occurrences (RFC 9110, section 5.6.1).
  package func list(_ name: String) -> [String] {
    filter { $0.name.equalsIgnoringCase(name) }
      .flatMap { $0.value.split(separator: ",") }
      .map { $0.trimmingBlanks() }
      .filter { !$0.isEmpty }
  }
}

extension StringProtocol {
  /// Compares text, ignoring the case of ASCII letters.
  func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8) { $0.lowercasedASCII == $1.lowercasedASCII }
  }

  /// The text without leading and trailing spaces and tabs.
  func trimmingBlanks() -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let start = drop(while: isBlank)
    return String(start[..<(start.lastIndex { !isBlank($0) }.map { start.index(after: $0) } ?? start.startIndex)])
  }
}

extension UInt8 {
  var lowercasedASCII: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
}
