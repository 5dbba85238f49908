/// Goes through a format of `printf` and gives each verb its value.
struct GoFormatDirectives {
  private let format: [Unicode.Scalar]
  private let values: [TemplateValue]
  private var formatter = GoFormatter()
  private var at = 0
  private var argument = 0
  /// Whether a value was chosen by its number, `%[2]d`: then nobody counts what is left over.
  private var isReordered = false
  private var isGoodIndex = true
  private var isAfterIndex = false

  /// Go takes no wider fields.
  private static let limit = 1_000_000

  init(_ format: String, _ values: [TemplateValue]) {
    self.format = Array(format.unicodeScalars)
    self.values = values
  }

  mutating func run() -> String {
    while at < format.count {
      if format[at] == "%" {
        at += 1
        directive()
      } else {
        formatter.output.unicodeScalars.append(format[at])
        at += 1
      }
    }
    formatter.flags = GoFormatter.Flags()
    if !isReordered, argument < values.count { extra() }
    return formatter.output
  }

  private mutating func extra() {
    formatter.output += "%!(EXTRA "
    for (position, value) in values[argument...].enumerated() {
      if position > 0 { formatter.output += ", " }
      formatter.output += value.goType
      if !value.isNull {
        formatter.output += "="
        formatter.write(value, "v")
      }
    }
    formatter.output += ")"
  }

  private mutating func directive() {
    formatter.flags = GoFormatter.Flags()
    (isGoodIndex, isAfterIndex) = (true, false)
    readFlags()
    readIndex()
    readWidth()
    readPrecision()
    if !isAfterIndex { readIndex() }
    guard at < format.count else {
      formatter.output += "%!(NOVERB)"
      return
    }
    let verb = format[at]
    at += 1
    switch verb {
    case "%": formatter.output += "%"
    case _ where !isGoodIndex: formatter.output += "%!\(verb)(BADINDEX)"
    case _ where argument >= values.count: formatter.output += "%!\(verb)(MISSING)"
    default:
      if verb == "v" {
        (formatter.flags.isSharpValue, formatter.flags.isPlusValue) = (formatter.flags.isSharp, formatter.flags.isPlus)
        (formatter.flags.isSharp, formatter.flags.isPlus) = (false, false)
      }
      formatter.write(values[argument], verb)
      argument += 1
    }
  }

  private mutating func readFlags() {
    while at < format.count {
      switch format[at] {
      case "#": formatter.flags.isSharp = true
      case "0": formatter.flags.isZero = !formatter.flags.isMinus
      case "+": formatter.flags.isPlus = true
      case "-":
        formatter.flags.isMinus = true
        formatter.flags.isZero = false
      case " ": formatter.flags.isSpace = true
      default: return
      }
      at += 1
    }
  }

  /// `[3]`
  private mutating func readIndex() {
    guard at < format.count, format[at] == "[" else { return }
    isReordered = true
    guard let end = format[at...].firstIndex(of: "]") else {
      isGoodIndex = false
      at += 1
      return
    }
    let start = at + 1
    at = end + 1
    if let number = Int(String(String.UnicodeScalarView(format[start..<end]))), (1...values.count + 1).contains(number),
      number <= values.count
    {
      argument = number - 1
      isAfterIndex = true
    } else {
      isGoodIndex = false
    }
  }

  private mutating func readWidth() {
    if at < format.count, format[at] == "*" {
      at += 1
      guard let width = starValue() else {
        formatter.output += "%!(BADWIDTH)"
        return
      }
      formatter.flags.width = abs(width)
      if width < 0 {
        formatter.flags.isMinus = true
        formatter.flags.isZero = false
      }
      isAfterIndex = false
    } else if let width = readNumber() {
      formatter.flags.width = width
      if isAfterIndex { isGoodIndex = false }
    }
  }

  private mutating func readPrecision() {
    guard at < format.count, format[at] == "." else { return }
    at += 1
    if isAfterIndex { isGoodIndex = false }
    readIndex()
    if at < format.count, format[at] == "*" {
      at += 1
      if let precision = starValue(), precision >= 0 {
        formatter.flags.precision = precision
      } else {
        formatter.output += "%!(BADPREC)"
      }
      isAfterIndex = false
    } else {
      formatter.flags.precision = readNumber() ?? 0
    }
  }

  private mutating func starValue() -> Int? {
    guard argument < values.count else { return nil }
    defer { argument += 1 }
    guard let value = values[argument].intValue, value.magnitude <= UInt64(Self.limit) else { return nil }
    return Int(value)
  }

  private mutating func readNumber() -> Int? {
    var number: Int?
    let start = at
    while at < format.count, let digit = Character(format[at]).wholeNumberValue, format[at].isASCII {
      let value = (number ?? 0) * 10 + digit
      guard value <= Self.limit else {
        at = start
        return nil
      }
      number = value
      at += 1
    }
    return number
  }
}
