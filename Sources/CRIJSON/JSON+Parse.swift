extension JSON {
  /// The maximum nesting depth of arrays and objects that `parse` accepts.
  public static let maximumDepth = 512

  /// Parses one document, strictly according to RFC 8259.
  ///
  /// Only white space may follow the document. If an object has several members with the same key, the last one wins.
  /// - Throws: `JSONError` with the position of the first byte that is not valid JSON or not valid UTF-8.
  public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes: bytes)
    return try parser.document()
  }

  /// Parses one document; see `parse(_:)` for bytes.
  ///
  /// The text may be untrusted, such as a runtime's verbose info: a document that would take far more memory than the
  /// size of its text justifies is an error.
  public static func parse(_ text: String) throws(JSONError) -> JSON {
    var limits = JSONLimits(forTextsOf: text.utf8.count)
    return try parse(text, within: &limits)
  }

  /// Parses an object of which only some members are needed; see `parse(_:)` for all of them.
  ///
  /// The values of other members are not checked completely, and are not in the result. This is several times as fast for
  /// a runtime's verbose info, most of which is rarely needed.
  package static func parse(_ text: String, members: Set<String>) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes: Array(text.utf8))
    parser.limits = JSONLimits(forTextsOf: text.utf8.count)
    parser.members = members
    return try parser.document()
  }

  /// Parses one of several untrusted documents; see `parse(_:)` for one.
  /// - Parameter limits: The limits that remain for the documents; each document, even an invalid one, reduces them.
  package static func parse(_ text: String, within limits: inout JSONLimits) throws(JSONError) -> JSON {
    try parse(Array(text.utf8), within: &limits)
  }

  /// Parses one of several untrusted documents; see above.
  package static func parse(_ bytes: [UInt8], within limits: inout JSONLimits) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes: bytes)
    parser.limits = limits
    defer { limits = parser.limits ?? limits }
    return try parser.document()
  }

  /// Parses the next of several documents that follow each other, with or without white space between them.
  ///
  /// Use it for a stream of documents, such as a stream of events.
  /// - Parameter offset: The offset in bytes at which to begin; afterwards, the offset at which the document ended.
  /// - Returns: The document, or nil if only white space is left.
  /// - Throws: `JSONError` with the position of the first byte that is not valid JSON or not valid UTF-8.
  public static func parse(_ bytes: [UInt8], from offset: inout Int) throws(JSONError) -> JSON? {
    var parser = JSONParser(bytes: bytes, position: offset)
    let document = try parser.nextDocument()
    offset = parser.position
    return document
  }
}
