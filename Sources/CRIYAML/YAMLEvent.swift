/// One event of a YAML stream, with the position at which it begins.
struct YAMLEvent {
  enum Kind {
    case documentStart
    case documentEnd
    case streamEnd
    case alias(String)
    /// A scalar; `isPlain` means that the text determines its type.
    case scalar(String, tag: String?, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  let kind: Kind
  let anchor: String?
  let line: Int
  let column: Int

  func error(_ message: String) -> YAMLError {
    YAMLError(line: line, column: column, message: message)
  }
}
