internal import CRIJSON

/// Builds JSON documents from YAML events.
struct YAMLReader: ~Copyable {
  /// A complete node and its approximate size in bytes.
  private struct Node {
    var value: JSON
    var size: Int
  }

  private let parser: YAMLParser
  private let types: YAML.Types
  private var anchors: [String: Node] = [:]
  /// Anchors of nodes that are not complete yet.
  private var openAnchors: Set<String> = []
  private var expansion = 0

  private init(_ parser: consuming YAMLParser, _ types: YAML.Types) {
    self.parser = parser
    self.types = types
  }

  static func read(_ bytes: [UInt8], onlyOne: Bool, types: YAML.Types = .resolved) throws(YAMLError) -> [JSON] {
    try bytes.withUnsafeBufferPointer { bytes throws(YAMLError) in
      var reader = YAMLReader(YAMLParser(borrowing: bytes), types)
      return try reader.stream(onlyOne: onlyOne)
    }
  }

  private mutating func stream(onlyOne: Bool) throws(YAMLError) -> [JSON] {
    var documents: [JSON] = []
    while true {
      let event = try parser.next()
      switch event.kind {
      case .streamEnd:
        return documents
      case .documentStart:
        guard !onlyOne || documents.isEmpty else { throw event.error("more than one document") }
        anchors = [:]
        documents.append(try node(parser.next(), depth: 0).value)
      default:
        continue
      }
    }
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
    guard depth <= YAML.maximumDepth else {
      throw event.error("more than \(YAML.maximumDepth) levels of nesting")
    }
    if let anchor = event.anchor { openAnchors.insert(anchor) }
    let node: Node
    switch event.kind {
    case .alias(let name): return try expand(name, event)
    case .scalar(let text, let tag, let isPlain):
      let value = try scalar(text, tag: tag, isPlain: isPlain, event)
      node = Node(value: value, size: text.utf8.count + 16)
    case .sequenceStart: node = try sequence(depth: depth)
    case .mappingStart: node = try mapping(depth: depth)
    default: throw event.error("expected a value")
    }
    if let anchor = event.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = node
    }
    return node
  }

  private mutating func expand(_ name: String, _ event: YAMLEvent) throws(YAMLError) -> Node {
    guard !openAnchors.contains(name) else { throw event.error("a node contains an alias of itself") }
    // The message does not contain the name, because an unquoted password may begin with '*'.
    guard let node = anchors[name] else {
      throw event.error("the alias has no anchor; put text that begins with '*' in quotes")
    }
    expansion += node.size
    guard expansion <= YAML.maximumExpansion else {
      throw event.error("the aliases expand to more than \(YAML.maximumExpansion >> 20) MiB")
    }
    return node
  }

  private mutating func sequence(depth: Int) throws(YAMLError) -> Node {
    var elements: [JSON] = []
    var size = 16
    while true {
      let event = try parser.next()
      if case .sequenceEnd = event.kind { return Node(value: .array(elements), size: size) }
      let element = try node(event, depth: depth + 1)
      elements.append(element.value)
      size += element.size
    }
  }

  // MARK: Mappings

  private mutating func mapping(depth: Int) throws(YAMLError) -> Node {
    var object = JSONObject()
    var merged: [JSONObject] = []
    var size = 16
    while true {
      let event = try parser.next()
      if case .mappingEnd = event.kind { break }
      let isMerge = isMerge(event)
      let key = isMerge ? "" : try key(event)
      let valueEvent = try parser.next()
      let value = try node(valueEvent, depth: depth + 1)
      size += key.utf8.count + value.size
      if isMerge {
        merged += try mappings(in: value.value, valueEvent)
      } else {
        object[key] = value.value
      }
    }
    for source in merged {
      for (key, value) in source where object[key] == nil { object[key] = value }
    }
    return Node(value: .object(object), size: size)
  }

  private func isMerge(_ event: YAMLEvent) -> Bool {
    guard case .scalar("<<", let tag, let isPlain) = event.kind else { return false }
    return isPlain || tag == YAMLTag.merge
  }

  /// Returns the mappings that a merge key adds. If there are several, the earlier ones take precedence.
  private func mappings(in value: JSON, _ event: YAMLEvent) throws(YAMLError) -> [JSONObject] {
    if let object = value.objectValue { return [object] }
    let objects = value.arrayValue?.compactMap(\.objectValue)
    guard let objects, objects.count == value.arrayValue?.count else {
      throw event.error("the value of a merge key must be a mapping or a sequence of mappings")
    }
    return objects
  }

  /// Returns the key as a string because JSON does not allow other keys. Numbers and Booleans are converted to their
  /// text.
  private mutating func key(_ event: YAMLEvent) throws(YAMLError) -> String {
    switch event.kind {
    case .scalar, .alias: break
    default: throw event.error("a key must be a scalar")
    }
    guard let text = try node(event, depth: 0).value.unquotedText else {
      throw event.error("a key must be a string, a number or a boolean")
    }
    return text
  }

  // MARK: Scalars

  private func scalar(
    _ text: String, tag: String?, isPlain: Bool, _ event: YAMLEvent
  ) throws(YAMLError) -> JSON {
    if types == .text { return isPlain && YAMLScalar(plain: text) == .null ? .null : .string(text) }
    guard let tag else { return isPlain ? try json(YAMLScalar(plain: text), text, event) : .string(text) }
    let value: YAMLScalar
    switch tag {
    case YAMLTag.null, YAMLTag.bool, YAMLTag.int, YAMLTag.float: value = YAMLScalar(plain: text)
    case YAMLTag.binary: throw event.error("binary data has no JSON equivalent")
    default: return .string(text)
    }
    switch (tag, value) {
    case (YAMLTag.null, .null), (YAMLTag.bool, .bool), (YAMLTag.int, .integer), (YAMLTag.float, .float),
      (YAMLTag.float, .integer):
      return try json(value, text, event)
    default:
      throw event.error("'\(text)' does not match the tag \(tag)")
    }
  }

  private func json(_ value: YAMLScalar, _ text: String, _ event: YAMLEvent) throws(YAMLError) -> JSON {
    switch value {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .integer(let digits): return .number(digits)
    case .float(let value):
      guard value.isFinite else { throw event.error("'\(text)' is not a number in JSON") }
      // "-0" would be read as the integer 0.
      return .number(value == 0 && value.sign == .minus ? "-0.0" : value.generalText)
    case .timestamp, .string: return .string(text)
    }
  }
}
