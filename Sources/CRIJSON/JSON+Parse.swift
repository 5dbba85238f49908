extension JSON {
  /// The deepest nesting of arrays and objects that `parse` accepts.
  public static let maximumDepth = 512

  /// Reads one document, strictly as RFC 8259 has it: UTF-8 is checked, nothing may follow the document, and
  /// of members with the same key the last one wins.
  public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes: bytes)
    return try parser.document()
  }

  /// Reads one document; see `parse(_:)` for bytes.
  public static func parse(_ text: String) throws(JSONError) -> JSON {
    try parse(Array(text.utf8))
  }

  /// Reads the first document and says where it ended, for documents that follow each other without separator
  /// (as an event stream writes them). Nil when nothing but white space is left.
  public static func parse(_ bytes: [UInt8], from offset: inout Int) throws(JSONError) -> JSON? {
    var parser = JSONParser(bytes: bytes, at: offset)
    let document = try parser.nextDocument()
    offset = parser.at
    return document
  }
}
