/// One step through a YAML stream, with the place where it began.
struct YAMLEvent {
  enum Kind {
    case documentStart
    case documentEnd
    case streamEnd
    case alias(String)
    /// `isPlain` when its type is to be found from its text.
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
