internal import CRIJSON

/// Formats values as Go's package `fmt` does.
struct GoFormatter {
  /// The flags, the width and the precision of a directive.
  struct Flags {
    var isPlus = false
    var isMinus = false
    var isSharp = false
    var isSpace = false
    var isZero = false
    var width: Int?
    var precision: Int?
    /// Whether the directive is `%+v`.
    var isPlusValue = false
    /// Whether the directive is `%#v`.
    var isSharpValue = false
  }

  var output = ""
  var flags = Flags()

  /// Formats like `fmt.Sprint`, which writes a space between two values if neither is a string. The numbers in a
  /// document count as strings, because crictl decodes them as `json.Number`.
  static func print(_ values: [TemplateValue]) -> String {
    var formatter = GoFormatter()
    var wasText = true
    for value in values {
      let isText = value.isText
      if !wasText && !isText { formatter.output += " " }
      formatter.write(value, "v")
      wasText = isText
    }
    return formatter.output
  }

  /// Formats like `fmt.Sprintln`.
  static func println(_ values: [TemplateValue]) -> String {
    values.map { print([$0]) }.joined(separator: " ") + "\n"
  }

  /// Formats like `fmt.Sprintf`. Errors become part of the text, such as `%!d(string=x)`.
  static func format(_ format: String, _ values: [TemplateValue]) -> String {
    var directives = GoFormatDirectives(format, values)
    return directives.run()
  }

  // MARK: Values

  mutating func write(_ value: TemplateValue, _ verb: Unicode.Scalar, isNested: Bool = false) {
    if verb == "T" {
      var plain = GoFormatter()
      plain.flags = flags
      plain.string(value.goType, "s")
      output += plain.output
      return
    }
    switch value {
    case .int(let number): integer(number < 0, number.magnitude, verb, value)
    case .float(let number): float(number, verb, value)
    case .json(.null): null(verb, isNested)
    case .json(.bool(let bool)): verb == "v" || verb == "t" ? pad(bool ? "true" : "false") : writeBadVerb(value, verb)
    case .json(.number(let text)): number(text, verb, value)
    case .json(.string(let text)):
      "svxXq".unicodeScalars.contains(verb) ? string(text, verb) : writeBadVerb(value, verb)
    case .json(.array(let elements)):
      output += flags.isSharpValue ? "[]interface {}{" : "["
      for (position, element) in elements.enumerated() {
        if position > 0 { output += flags.isSharpValue ? ", " : " " }
        write(.json(element), verb, isNested: true)
      }
      output += flags.isSharpValue ? "}" : "]"
    case .json(.object(let object)):
      output += flags.isSharpValue ? "map[string]interface {}{" : "map["
      for (position, member) in object.sortedByKey().enumerated() {
        if position > 0 { output += flags.isSharpValue ? ", " : " " }
        write(.string(member.key), verb, isNested: true)
        output += ":"
        write(.json(member.value), verb, isNested: true)
      }
      output += flags.isSharpValue ? "}" : "]"
    }
  }

  private mutating func null(_ verb: Unicode.Scalar, _ isNested: Bool) {
    if isNested {
      output += flags.isSharpValue ? "interface {}(nil)" : "<nil>"
    } else if verb == "v" {
      pad("<nil>")
    } else {
      output += "%!\(verb)(<nil>)"
    }
  }

  /// Writes Go's error for a verb that does not fit the value, such as `%!d(string=text)`.
  private mutating func writeBadVerb(_ value: TemplateValue, _ verb: Unicode.Scalar) {
    output += "%!\(verb)(\(value.goType)="
    write(value, "v")
    output += ")"
  }

  /// Formats a number from the document: numeric verbs use its value, and other verbs use its text.
  private mutating func number(_ text: String, _ verb: Unicode.Scalar, _ value: TemplateValue) {
    switch verb {
    case "v", "s", "q": string(text, verb)
    case "d", "x", "X", "o", "O", "b", "c", "U":
      if let number = TemplateValue.json(.number(text)).intValue {
        integer(number < 0, number.magnitude, verb, value)
      } else if let number = UInt64(text) {
        integer(false, number, verb, value)
      } else {
        writeBadVerb(value, verb)
      }
    case "e", "E", "f", "F", "g", "G": float(Double(text) ?? .nan, verb, value)
    default: writeBadVerb(value, verb)
    }
  }

  private mutating func string(_ text: String, _ verb: Unicode.Scalar) {
    switch verb {
    case "x", "X": hex(text, isUppercase: verb == "X")
    case "q": quoted(truncated(text))
    case "v" where flags.isSharpValue: quoted(text)
    default: pad(truncated(text))
    }
  }

  private mutating func quoted(_ text: String) {
    let isRaw = flags.isSharp && text.unicodeScalars.allSatisfy { $0 != "`" && (GoText.isPrintable($0) || $0 == "\t") }
    pad(isRaw ? "`\(text)`" : GoText.quote(text, isASCII: flags.isPlus))
  }

  private mutating func hex(_ text: String, isUppercase: Bool) {
    let bytes = text.utf8.prefix(flags.precision ?? Int.max)
    let prefix = flags.isSharp ? (isUppercase ? "0X" : "0x") : ""
    let digits = bytes.map { GoText.hex(UInt32($0), 2, uppercase: isUppercase) }
    if flags.isSpace {
      pad(digits.map { prefix + $0 }.joined(separator: " "))
    } else {
      pad(digits.isEmpty ? "" : prefix + digits.joined())
    }
  }

  private mutating func float(_ number: Double, _ verb: Unicode.Scalar, _ value: TemplateValue) {
    guard "vgGeEfF".unicodeScalars.contains(verb) else { return writeBadVerb(value, verb) }
    let sign = number.sign == .minus ? "-" : flags.isPlus ? "+" : flags.isSpace ? " " : ""
    let text = number.formatted(verb: verb == "v" ? "g" : Character(verb), precision: flags.precision)
    if flags.isZero, let width = flags.width, number.isFinite {
      output += sign + String(repeating: "0", count: max(0, width - sign.utf8.count - text.utf8.count)) + text
    } else {
      pad(sign + text)
    }
  }

  private mutating func integer(
    _ isNegative: Bool, _ magnitude: UInt64, _ verb: Unicode.Scalar, _ value: TemplateValue
  ) {
    let radix: Int
    switch verb {
    case "v", "d": radix = 10
    case "b": radix = 2
    case "o", "O": radix = 8
    case "x", "X": radix = 16
    case "c": return pad(String(Self.scalar(isNegative, magnitude)))
    case "q":
      return pad(
        GoText.quote(String(Self.scalar(isNegative, magnitude)), delimiter: "'", isASCII: flags.isPlus))
    case "U": return unicode(isNegative, magnitude)
    default: return writeBadVerb(value, verb)
    }
    let sign = isNegative ? "-" : flags.isPlus ? "+" : flags.isSpace ? " " : ""
    var digits = String(magnitude, radix: radix, uppercase: verb == "X")
    if let precision = flags.precision {
      // With a precision of 0, Go writes no digits for zero.
      if precision == 0, magnitude == 0 {
        output += String(repeating: " ", count: flags.width ?? 0)
        return
      }
      digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
    } else if flags.isZero, let width = flags.width {
      digits = String(repeating: "0", count: max(0, width - sign.utf8.count - digits.utf8.count)) + digits
    }
    if flags.isSharp {
      switch radix {
      case 2: digits = "0b" + digits
      case 8 where !digits.hasPrefix("0"): digits = "0" + digits
      case 16: digits = (verb == "X" ? "0X" : "0x") + digits
      default: break
      }
    }
    if verb == "O" { digits = "0o" + digits }
    pad(sign + digits, isZeroAllowed: false)
  }

  private static func scalar(_ isNegative: Bool, _ magnitude: UInt64) -> Unicode.Scalar {
    (isNegative ? nil : UInt32(exactly: magnitude)).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
  }

  private mutating func unicode(_ isNegative: Bool, _ magnitude: UInt64) {
    let number = isNegative ? 0 &- magnitude : magnitude
    let digits = String(number, radix: 16, uppercase: true)
    let zeros = String(repeating: "0", count: max(0, max(flags.precision ?? 4, 4) - digits.utf8.count))
    let scalar = Self.scalar(isNegative, magnitude)
    let shown = flags.isSharp && !isNegative && GoText.isPrintable(scalar) ? " '\(scalar)'" : ""
    pad("U+" + zeros + digits + shown, isZeroAllowed: false)
  }

  private func truncated(_ text: String) -> String {
    guard let precision = flags.precision else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
  }

  private mutating func pad(_ text: String, isZeroAllowed: Bool = true) {
    let missing = (flags.width ?? 0) - text.unicodeScalars.count
    guard missing > 0 else {
      output += text
      return
    }
    let fill = String(repeating: flags.isZero && !flags.isMinus && isZeroAllowed ? "0" : " ", count: missing)
    output += flags.isMinus ? text + fill : fill + text
  }
}

extension TemplateValue {
  /// Whether crictl keeps the value as a Go string.
  fileprivate var isText: Bool {
    switch self {
    case .json(.string), .json(.number): true
    default: false
    }
  }

  /// The Go type that the value has in crictl.
  var goType: String {
    switch self {
    case .int: "int"
    case .float: "float64"
    case .json(.null): "<nil>"
    case .json(.bool): "bool"
    case .json(.number): "json.Number"
    case .json(.string): "string"
    case .json(.array): "[]interface {}"
    case .json(.object): "map[string]interface {}"
    }
  }
}
