/// Formats values by the directives of a `printf` format, as Go's `fmt` does.
struct GoFormatDirectives {
  private let format: [Unicode.Scalar]
  private let values: [TemplateValue]
  private var formatter = GoFormatter()
  private var position = 0
  private var argument = 0
  /// Whether a directive selected its value by number, as in `%[2]d`. Unused values are then not an error.
  private var isReordered = false
  private var isGoodIndex = true
  private var isAfterIndex = false

  /// Go's limit for width and precision.
  private static let maximumWidth = 1_000_000

  init(_ format: String, _ values: [TemplateValue]) {
    self.format = Array(format.unicodeScalars)
    self.values = values
  }

  mutating func run() -> String {
    while position < format.count {
      if format[position] == "%" {
        position += 1
        directive()
      } else {
        formatter.output.unicodeScalars.append(format[position])
        position += 1
      }
    }
    formatter.flags = GoFormatter.Flags()
    if !isReordered, argument < values.count { writeUnusedValues() }
    return formatter.output
  }

  private mutating func writeUnusedValues() {
    formatter.output += "%!(EXTRA "
    for (index, value) in values[argument...].enumerated() {
      if index > 0 { formatter.output += ", " }
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
    guard position < format.count else {
      formatter.output += "%!(NOVERB)"
      return
    }
    let verb = format[position]
    position += 1
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
    while position < format.count {
      switch format[position] {
      case "#": formatter.flags.isSharp = true
      case "0": formatter.flags.isZero = !formatter.flags.isMinus
      case "+": formatter.flags.isPlus = true
      case "-":
        formatter.flags.isMinus = true
        formatter.flags.isZero = false
      case " ": formatter.flags.isSpace = true
      default: return
      }
      position += 1
    }
  }

  /// Reads an argument index such as `[3]`.
  private mutating func readIndex() {
    guard position < format.count, format[position] == "[" else { return }
    isReordered = true
    guard let end = format[position...].firstIndex(of: "]") else {
      isGoodIndex = false
      position += 1
      return
    }
    let start = position + 1
    position = end + 1
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
    if position < format.count, format[position] == "*" {
      position += 1
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
    guard position < format.count, format[position] == "." else { return }
    position += 1
    if isAfterIndex { isGoodIndex = false }
    readIndex()
    if position < format.count, format[position] == "*" {
      position += 1
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
    guard let value = values[argument].intValue, value.magnitude <= UInt64(Self.maximumWidth) else { return nil }
    return Int(value)
  }

  private mutating func readNumber() -> Int? {
    var number: Int?
    let start = position
    while position < format.count, let digit = Character(format[position]).wholeNumberValue, format[position].isASCII {
      let value = (number ?? 0) * 10 + digit
      guard value <= Self.maximumWidth else {
        position = start
        return nil
      }
      number = value
      position += 1
    }
    return number
  }
}
