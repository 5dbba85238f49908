internal import CRIJSON
internal import CRILibYAML

/// Writes a document with libyaml's emitter, in the styles that the Kubernetes YAML library uses.
struct YAMLWriter: ~Copyable {
  private let emitter: UnsafeMutablePointer<yaml_emitter_t>

  static func text(_ document: JSON) -> String {
    let sink = YAMLSink()
    do {
      let writer = YAMLWriter(to: sink)
      writer.write(document)
    }
    return sink.text
  }

  /// Creates a writer to `sink`, which must outlive the writer.
  private init(to sink: YAMLSink) {
    emitter = .allocate(capacity: 1)
    guard yaml_emitter_initialize(emitter) == 1 else { fatalError("out of memory") }
    yaml_emitter_set_unicode(emitter, 1)
    // This is unretained, because `text(_:)` keeps the sink alive longer than the emitter.
    yaml_emitter_set_output(emitter, yamlSinkWrite, Unmanaged.passUnretained(sink).toOpaque())
  }

  deinit {
    yaml_emitter_delete(emitter)
    emitter.deallocate()
  }

  private func write(_ document: JSON) {
    emit { yaml_stream_start_event_initialize(&$0, YAML_UTF8_ENCODING) }
    emit { yaml_document_start_event_initialize(&$0, nil, nil, nil, 1) }
    value(document)
    emit { yaml_document_end_event_initialize(&$0, 1) }
    // Without this, libyaml writes "..." after a document that ends with a block scalar.
    emitter.pointee.open_ended = 0
    emit { yaml_stream_end_event_initialize(&$0) }
  }

  private func value(_ json: JSON) {
    switch json {
    case .null: plain("null")
    case .bool(let value): plain(value ? "true" : "false")
    case .number(let text): plain(Self.number(text))
    case .string(let text): scalar(text, Self.style(of: text))
    case .array(let elements):
      emit { yaml_sequence_start_event_initialize(&$0, nil, nil, 1, YAML_BLOCK_SEQUENCE_STYLE) }
      for element in elements { value(element) }
      emit { yaml_sequence_end_event_initialize(&$0) }
    case .object(let object):
      emit { yaml_mapping_start_event_initialize(&$0, nil, nil, 1, YAML_BLOCK_MAPPING_STYLE) }
      for (key, member) in YAMLKeyOrder.sorted(object) {
        scalar(key, Self.style(of: key))
        value(member)
      }
      emit { yaml_mapping_end_event_initialize(&$0) }
    }
  }

  // MARK: Scalars

  private func plain(_ text: String) { scalar(text, YAML_PLAIN_SCALAR_STYLE) }

  private func scalar(_ text: String, _ style: yaml_scalar_style_t) {
    var text = text
    text.withUTF8 { bytes in
      emit {
        yaml_scalar_event_initialize(
          &$0, nil, nil, bytes.baseAddress ?? Self.empty, CInt(bytes.count), 1, 1, style)
      }
    }
  }

  // libyaml does not accept a null pointer for an empty text.
  private nonisolated(unsafe) static let empty: UnsafePointer<yaml_char_t> = {
    let byte = UnsafeMutablePointer<yaml_char_t>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
  }()

  /// Returns integers unchanged and formats other numbers like Go's `%g`.
  private static func number(_ text: String) -> String {
    if let value = Int64(text) { return String(value) }
    let isInteger = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    guard !isInteger, let value = Double(text), value.isFinite else { return text }
    return value.generalText
  }

  /// Returns the preferred style. libyaml uses quotes instead if a plain or literal scalar cannot express the text.
  private static func style(of text: String) -> yaml_scalar_style_t {
    if YAMLSink.needsEscapes(text) { return YAML_DOUBLE_QUOTED_SCALAR_STYLE }
    if text.utf8.contains(0x0A) { return YAML_LITERAL_SCALAR_STYLE }
    // A plain "<<" would be read back as a merge key.
    let isPlain = YAMLScalar(plain: text) == .string && !YAMLScalar.isSexagesimal(text) && text != "<<"
    return isPlain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE
  }

  private func emit(_ initialize: (inout yaml_event_t) -> CInt) {
    var event = yaml_event_t()
    // Both calls fail only if memory is exhausted or if this file emits events in the wrong order.
    guard initialize(&event) == 1, yaml_emitter_emit(emitter, &event) == 1 else {
      fatalError("libyaml: " + (emitter.pointee.problem.map { String(cString: $0) } ?? "out of memory"))
    }
  }
}
