/// Reads the parts of TOML 1.0 that a program's configuration needs: strings, Booleans, integers and lists, with their
/// paths. Other numbers and dates are checked and skipped.
package struct TOMLReader {
  package enum Value: Hashable, Sendable {
    case text(String)
    case flag(Bool)
    /// A decimal integer that fits into 64 bits.
    case integer(Int64)
    case list([Value])
    /// Any other number, a date or a table.
    case other
  }

  /// The reason why a document is invalid, and the line, starting at 1.
  package struct Fault: Error {
    package let line: Int
    package let message: String

    package init(line: Int, message: String) {
      self.line = line
      self.message = message
    }
  }

  package struct Entry: Hashable, Sendable {
    /// The names of the tables that contain the key, and the key.
    package let names: [String]
    package let value: Value
    package let line: Int

    /// The names, separated by dots.
    package var path: String { names.joined(separator: ".") }
  }

  /// A table that has a header. It may be empty.
  package struct Table: Hashable, Sendable {
    package let names: [String]
    package let line: Int
  }

  /// The maximum nesting depth of lists and inline tables.
  private static let maximumDepth = 100
  private let characters: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  private var entries: [Entry] = []
  private var tables: [Table] = []
  /// The keys and tables read so far; a second one with the same name is an error.
  private var names: Set<String> = []
  /// The number of tables in each array of tables.
  private var counts: [String: Int] = [:]
  private var depth = 0

  private init(_ text: String) { characters = Array(text.unicodeScalars) }

  /// Returns the keys in the order of the text; a path consists of the names separated by dots.
  package static func entries(of text: String) throws(Fault) -> [Entry] { try document(of: text).entries }

  /// Returns the keys and the tables in the order of the text.
  package static func document(of text: String) throws(Fault) -> (entries: [Entry], tables: [Table]) {
    var reader = TOMLReader(text)
    try reader.read()
    return (reader.entries, reader.tables)
  }

  private var next: Unicode.Scalar? { index < characters.count ? characters[index] : nil }

  private func fault(_ message: String) -> Fault { Fault(line: line, message: message) }

  private func startsWith(_ text: String) -> Bool { characters[index...].starts(with: text.unicodeScalars) }

  private mutating func read() throws(Fault) {
    var section: [String] = []
    skip(newlines: true)
    while let next {
      if next == "[" {
        section = try header()
      } else {
        try pair(in: section)
      }
      skip(newlines: false)
      guard self.next == nil || isNewline else { throw fault("unexpected text at the end of the line") }
      skip(newlines: true)
    }
  }

  private var isNewline: Bool { next == "\n" || startsWith("\r\n") }

  /// Skips spaces, tabs and a comment; with `newlines`, also skips line ends and any number of comments.
  private mutating func skip(newlines: Bool) {
    while let next {
      if next == " " || next == "\t" {
        index += 1
      } else if next == "#" {
        while self.next != nil, !isNewline { index += 1 }
      } else if newlines, isNewline {
        index += next == "\n" ? 1 : 2
        line += 1
      } else {
        return
      }
    }
  }

  private mutating func header() throws(Fault) -> [String] {
    let (isList, start) = (startsWith("[["), line)
    index += isList ? 2 : 1
    let names = try key()
    let path = names.joined(separator: ".")
    guard startsWith(isList ? "]]" : "]") else { throw fault("the section has no closing \"]\"") }
    index += isList ? 2 : 1
    if isList {
      counts[path, default: 0] += 1
      return names.dropLast() + ["\(names.last ?? "")[\(counts[path] ?? 0)]"]
    }
    // A table in an array of tables exists once for each of its elements.
    guard self.names.insert("[\(path)]").inserted || !counts.isEmpty else {
      throw fault("the section \(path) is defined twice")
    }
    tables.append(Table(names: names, line: start))
    return names
  }

  /// - Parameter table: The names of the table; nil in an array, whose elements have no path.
  private mutating func pair(in table: [String]?) throws(Fault) {
    let key = try key()
    let name = key.joined(separator: ".")
    guard next == "=" else { throw fault("\(name) is not followed by \"=\"") }
    index += 1
    skip(newlines: false)
    let whole = table.map { $0 + key }
    let start = line
    let value = try value(of: whole)
    guard let whole else { return }
    guard names.insert(whole.joined(separator: ".")).inserted || !counts.isEmpty else {
      throw Fault(line: start, message: "\(name) is defined twice")
    }
    entries.append(Entry(names: whole, value: value, line: start))
  }

  /// Reads names separated by dots, and the white space after them.
  private mutating func key() throws(Fault) -> [String] {
    var names: [String] = []
    while true {
      skip(newlines: false)
      if next == "\"" || next == "'" {
        names.append(try text(isLong: false))
      } else {
        let start = index
        while let next, next.isASCII, next.properties.isAlphabetic || "0"..."9" ~= next || next == "_" || next == "-" {
          index += 1
        }
        guard index > start else { throw fault("a name is missing") }
        names.append(string(characters[start..<index]))
      }
      // A comment is not part of the key, and the missing "=" will be reported there.
      while next == " " || next == "\t" { index += 1 }
      guard next == "." else { return names }
      index += 1
    }
  }

  private mutating func value(of path: [String]?) throws(Fault) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) values contain each other") }
    switch next {
    case "\"", "'": return .text(try text(isLong: startsWith("\"\"\"") || startsWith("'''")))
    case "[": return .list(try list())
    case "{":
      try table(path)
      return .other
    default: return try word()
    }
  }

  private mutating func list() throws(Fault) -> [Value] {
    let start = line
    var values: [Value] = []
    index += 1
    while true {
      skip(newlines: true)
      guard let next else { throw Fault(line: start, message: "the list has no closing \"]\"") }
      if next != "]" {
        values.append(try value(of: nil))
        skip(newlines: true)
      }
      guard self.next == "," else { break }
      index += 1
    }
    guard next == "]" else { throw Fault(line: start, message: "the list has no closing \"]\"") }
    index += 1
    return values
  }

  private mutating func table(_ path: [String]?) throws(Fault) {
    index += 1
    skip(newlines: false)
    while next != "}" {
      try pair(in: path)
      skip(newlines: false)
      guard next == "," else { break }
      index += 1
    }
    guard next == "}" else { throw fault("the table has no closing \"}\"") }
    index += 1
  }

  /// Reads a Boolean, a number or a date.
  private mutating func word() throws(Fault) -> Value {
    let start = index
    while let next, next.isASCII,
      next.properties.isAlphabetic || "0"..."9" ~= next || "+-_.:".unicodeScalars.contains(next)
    {
      index += 1
    }
    let word = string(characters[start..<index])
    if word == "true" || word == "false" { return .flag(word == "true") }
    let digits = word.drop { $0 == "+" || $0 == "-" }
    guard digits == "inf" || digits == "nan" || digits.first.map({ "0"..."9" ~= $0 }) == true else {
      throw fault(word.isEmpty ? "a value is missing or has an unknown form" : "\(word) is not a value")
    }
    return Int64(word.replacing("_", with: "")).map { .integer($0) } ?? .other
  }

  private mutating func text(isLong: Bool) throws(Fault) -> String {
    let (quote, start) = (characters[index], line)
    let end = String(repeating: "\(quote)", count: isLong ? 3 : 1)
    index += isLong ? 3 : 1
    // A multi-line string does not include a newline directly after its opening quotes.
    if isLong, isNewline { newline() }
    var text = String.UnicodeScalarView()
    while !startsWith(end) {
      guard let next, isLong || !isNewline else {
        throw Fault(line: start, message: "the string has no closing quotes")
      }
      if next == "\\", quote == "\"" {
        try escape(isLong, &text)
      } else {
        if next == "\n" { line += 1 }
        text.append(next)
        index += 1
      }
    }
    // Up to two quotes may precede the closing quotes of a multi-line string.
    while isLong, startsWith("\(quote)\(end)") {
      text.append(quote)
      index += 1
    }
    index += isLong ? 3 : 1
    return String(text)
  }

  private mutating func newline() {
    index += next == "\n" ? 1 : 2
    line += 1
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{c}", "r": "\r", "\"": "\"", "\\": "\\",
  ]

  private mutating func escape(_ isLong: Bool, _ text: inout String.UnicodeScalarView) throws(Fault) {
    index += 1
    guard let letter = next else { throw fault("the string has no closing quotes") }
    if let plain = Self.escapes[letter] {
      text.append(plain)
      index += 1
    } else if letter == "u" || letter == "U" {
      let digits = characters[(index + 1)...].prefix(letter == "u" ? 4 : 8)
      // `UInt32(_:radix:)` accepts a sign too.
      guard digits.count == (letter == "u" ? 4 : 8), digits.allSatisfy(\.properties.isASCIIHexDigit),
        let number = UInt32(string(digits), radix: 16), let scalar = Unicode.Scalar(number)
      else { throw fault("\\\(letter) is not followed by the hexadecimal digits of a character") }
      text.append(scalar)
      index += 1 + digits.count
    } else if isLong, letter == " " || letter == "\t" || isNewline {
      // The text continues at the next non-blank character.
      while let next, next == " " || next == "\t" || isNewline {
        if isNewline { newline() } else { index += 1 }
      }
    } else {
      throw fault("\\\(letter) is not a valid escape sequence")
    }
  }

  private func string(_ part: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: part)
    return String(view)
  }
}
