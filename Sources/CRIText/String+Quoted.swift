extension String {
  /// The text in quotes, with control and bidirectional characters escaped, so that it is safe to print to a terminal.
  package var quoted: String { "\"\(printable)\"" }

  /// Returns the text, or the first `limit` scalars of a longer one and an ellipsis, because a name must not fill an
  /// error line.
  package func shortened(to limit: Int = 80) -> String {
    let start = unicodeScalars.prefix(limit)
    return start.endIndex == unicodeScalars.endIndex ? self : String(start) + "…"
  }

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
