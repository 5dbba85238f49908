extension String {
  /// In quotes, with control characters and what reorders a line escaped: safe on a terminal.
  package var quoted: String { "\"\(printable)\"" }

  /// `quoted` without the quotes around it.
  package var printable: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result += scalar.isUnsafeToPrint ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isUnsafeToPrint: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
    default: false
    }
  }
}
