internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIYAML

/// The text of a configuration file, changed line by line so that comments and order are kept.
struct ConfigDocument: Hashable, Sendable {
  let path: String
  private(set) var text: String
  /// The byte order mark with which some editors begin a file.
  private let mark: String
  private var members: JSONObject

  /// Reads a file; a missing file is empty.
  init(at path: String) throws(Failure) {
    var bytes: [UInt8] = []
    do throws(FileError) {
      bytes = try File.readNamed(path, limit: 1 << 20)
    } catch {
      guard error == .noSuchFile || error == .notADirectory else {
        throw Failure(.usage, "the configuration \(path) cannot be read: \(error)")
      }
    }
    try self.init(bytes, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(Failure) {
    self.path = path
    let content = String(decoding: bytes, as: UTF8.self)
    mark = content.hasPrefix("\u{FEFF}") ? "\u{FEFF}" : ""
    text = String(content.unicodeScalars.dropFirst(mark.unicodeScalars.count))
    // Rejects a file that is not a valid configuration.
    _ = try Configuration(parsing: bytes, file: path)
    members = try Self.members(bytes, path)
  }

  private static func members(_ bytes: [UInt8], _ path: String) throws(Failure) -> JSONObject {
    do throws(YAMLError) {
      return try YAML.parse(bytes, types: .text).objectValue ?? [:]
    } catch {
      throw Failure(.usage, "the configuration \(path) is not valid YAML: \(error)")
    }
  }

  /// The value of a key, or crictl's default if the key is missing.
  func value(_ key: ConfigKey) -> JSON {
    guard let value = members[key.rawValue], !value.isNull else { return key.fallback }
    return value
  }

  /// The value of a key as `cri` reads it: a number or a Boolean value can be written in several ways.
  func text(of key: ConfigKey) -> String {
    let text = ConfigKey.text(value(key))
    switch key.fallback {
    case .number: return Int64(text).map { "\($0)" } ?? text
    case .bool:
      let resolved = (try? YAML.parse(Array(self.text.utf8)))?[key.rawValue]?.boolValue
      return (GoSpelling.flag(text) ?? resolved).map { "\($0)" } ?? text
    default: return text
    }
  }

  /// Sets a value in the key's line, or appends a line.
  mutating func set(_ key: ConfigKey, _ value: JSON) throws(Failure) {
    // The writer adds quotes where YAML needs them.
    let plain = YAML.text(.object([key.rawValue: value])).trimmingLineEnd()
    // Split as bytes, because "\r\n" is one character.
    var lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String(Substring($0)) }
    if lines.last == "" { lines.removeLast() }
    func end(_ line: String?) -> String { line?.utf8.last == 0x0d ? "\r" : "" }
    // All keys may be indented equally.
    let indent = Self.indent(of: lines)
    let entry = indent + plain
    let positions = lines.indices.filter {
      lines[$0].hasPrefix(indent) && Self.isEntry(lines[$0].dropFirst(indent.count), key)
    }
    for position in positions {
      let line = lines[position]
      let quoted = CrictlBehaviour.completeConfiguration.isActive ? Self.quoted(line, key, value) : nil
      lines[position] =
        (quoted.map { indent + $0 } ?? entry) + Self.comment(line.utf8.last == 0x0d ? String(line.dropLast()) : line)
        + end(line)
    }
    if positions.isEmpty { lines.insert(entry + end(lines.last), at: Self.documentEnd(of: lines)) }
    let changed = lines.map { $0 + "\n" }.joined()
    var intended = members
    intended[key.rawValue] = .string(ConfigKey.text(value))
    // YAML has other layouts than one key per line, so the result is parsed and compared with what was intended.
    guard let found = try? Self.members(Array(changed.utf8), path), found == intended else {
      throw Failure(.usage, "the configuration \(path) does not have one key per line; set \(plain) by hand")
    }
    (text, members) = (changed, intended)
  }

  /// Appends the keys that are missing, with their defaults, and removes empty lines, as crictl does.
  mutating func complete() throws(Failure) {
    for key in ConfigKey.allCases where members[key.rawValue] == nil { try set(key, key.fallback) }
    let lines = text.utf8.split(separator: 0x0a).map { String(Substring($0)) }
    text = lines.filter { !["", "\r"].contains($0.trimmingPrefix { $0 == " " }) }.map { $0 + "\n" }.joined()
  }

  /// The entry, quoted like the old value; nil if the old value has no quotes.
  private static func quoted(_ line: String, _ key: ConfigKey, _ value: JSON) -> String? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let text = ConfigKey.text(value)
    return switch line[line.index(after: colon)...].first(where: { $0 != " " }) {
    case "\"": "\(key.rawValue): \(JSON.string(text).text())"
    case "'":
      "\(key.rawValue): '\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    default: nil
    }
  }

  /// The position of the line that ends the document (YAML 1.2.2, section 9.1.2), or else the number of lines.
  private static func documentEnd(of lines: [String]) -> Int {
    lines.firstIndex { line in
      line.hasPrefix("...") && line.utf8.dropFirst(3).first.map { [0x20, 0x09, 0x0d].contains($0) } ?? true
    } ?? lines.count
  }

  /// The blanks before the first key.
  private static func indent(of lines: [String]) -> String {
    let first = lines.first { line in
      let text = line.drop { $0 == " " }
      return !text.isEmpty && !["#", "\r", "%"].contains(text.first) && !line.hasPrefix("---") && !line.hasPrefix("...")
    }
    return String(first?.prefix { $0 == " " } ?? "")
  }

  private static func isEntry(_ line: Substring, _ key: ConfigKey) -> Bool {
    for name in [key.rawValue, "\"\(key.rawValue)\"", "'\(key.rawValue)'"] where line.hasPrefix(name) {
      let rest = line.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
      if rest.hasPrefix(":") { return true }
    }
    return false
  }

  /// The comment after a value, with the blanks before it.
  private static func comment(_ line: String) -> String {
    var quote: Character?
    var previous: Character = " "
    for index in line.indices {
      let character = line[index]
      if let open = quote {
        if character == open, previous != "\\" { quote = nil }
      } else if character == "#", previous == " " || previous == "\t" {
        return " " + line[index...]
      } else if character == "\"" || character == "'", previous == " " {
        quote = character
      }
      previous = character
    }
    return ""
  }

  /// Writes the file completely or not at all, with access for its owner only, as crictl does.
  func write() throws(Failure) {
    do throws(FileError) {
      let slash = path.lastIndex(of: "/").map { $0 == path.startIndex ? path.index(after: $0) : $0 }
      if let slash { _ = try PathWalk(toDirectory: String(path[..<slash]), making: 0o755) }
      try File.writeAtomically(Array((mark + text).utf8), to: path)
    } catch {
      throw Failure(.usage, "the configuration \(path) cannot be written: \(error)")
    }
  }
}

extension String {
  fileprivate func trimmingLineEnd() -> String { hasSuffix("\n") ? String(dropLast()) : self }
}
