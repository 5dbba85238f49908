/// Escapes text for the template functions `html`, `js` and `urlquery`, as Go does.
enum TemplateEscapes {
  static func html(_ text: String) -> String {
    escape(text) { scalar in
      switch scalar {
      case "\0": "\u{FFFD}"
      case "\"": "&#34;"
      case "'": "&#39;"
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: nil
      }
    }
  }

  static func javaScript(_ text: String) -> String {
    escape(text) { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "'": "\\'"
      case "\"": "\\\""
      case "<", ">", "&", "=": "\\u" + GoText.hex(scalar.value, 4, uppercase: true)
      case _ where scalar.value < 0x20 || !GoText.isPrintable(scalar) && !scalar.isASCII:
        "\\u" + GoText.hex(scalar.value, 4, uppercase: true)
      default: nil
      }
    }
  }

  static func query(_ text: String) -> String {
    var output = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        output.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: " "): output += "+"
      default: output += "%" + GoText.hex(UInt32(byte), 2, uppercase: true)
      }
    }
    return output
  }

  private static func escape(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      if let replacement = replacement(scalar) {
        output += replacement
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
