internal import CRILibYAML

/// Turns bytes into YAML events with libyaml's parser.
struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Creates a parser that reads `bytes` as it runs; the bytes must outlive the parser.
  init(borrowing bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    // Initialisation fails only if memory is exhausted.
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// Returns the next event. Do not call it again after the end of the stream or an error.
  /// - Throws: `YAMLError` if the text is not valid YAML.
  func next() throws(YAMLError) -> YAMLEvent {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw error() }
      defer { yaml_event_delete(&event) }
      guard let (kind, anchor) = read(event) else { continue }
      return YAMLEvent(
        kind: kind, anchor: anchor, line: event.start_mark.line + 1, column: event.start_mark.column + 1)
    }
  }

  /// Returns nil for an event that does not concern the documents.
  private func read(_ event: yaml_event_t) -> (YAMLEvent.Kind, anchor: String?)? {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      return (.documentStart, nil)
    case YAML_DOCUMENT_END_EVENT:
      return (.documentEnd, nil)
    case YAML_STREAM_END_EVENT:
      return (.streamEnd, nil)
    case YAML_ALIAS_EVENT:
      return (.alias(string(event.data.alias.anchor) ?? ""), nil)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let kind = YAMLEvent.Kind.scalar(
        String(decoding: text, as: UTF8.self), tag: string(scalar.tag), isPlain: scalar.plain_implicit == 1)
      return (kind, string(scalar.anchor))
    case YAML_SEQUENCE_START_EVENT:
      return (.sequenceStart, string(event.data.sequence_start.anchor))
    case YAML_SEQUENCE_END_EVENT:
      return (.sequenceEnd, nil)
    case YAML_MAPPING_START_EVENT:
      return (.mappingStart, string(event.data.mapping_start.anchor))
    case YAML_MAPPING_END_EVENT:
      return (.mappingEnd, nil)
    default:
      return nil
    }
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }

  private func error() -> YAMLError {
    let state = parser.pointee
    let mark = state.problem_mark
    let message = state.problem.map { String(cString: $0) } ?? "out of memory"
    return YAMLError(line: mark.line + 1, column: mark.column + 1, message: message)
  }
}
