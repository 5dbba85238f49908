package import CRIJSON

/// YAML as Kubernetes knows it: a way to write JSON documents.
///
/// Plain scalars resolve as `sigs.k8s.io/yaml` resolves them: `yes`, `on` and `y` are true, `0777` is octal,
/// dates stay strings.
package enum YAML {
  /// The deepest nesting of sequences and mappings that is read.
  package static let maximumDepth = JSON.maximumDepth

  /// How much aliases may add to a document, about in bytes: what stops a few nested aliases from standing for
  /// billions of nodes.
  package static let maximumExpansion = 16 << 20

  /// Reads a stream with one document; an empty stream is `null`, a second document is an error.
  ///
  /// Of a mapping's equal keys the last wins; a merge key (`<<`) fills in only what is not there.
  package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> JSON {
    // JSON is the larger part of what programs write, and exact there: its escapes are not all YAML's.
    let first = bytes.first { $0 > 0x20 }
    if first == UInt8(ascii: "{"), let document = try? JSON.parse(bytes) { return document }
    return try YAMLReader.read(bytes, onlyOne: true).first ?? .null
  }

  /// Reads a stream with one document; see `parse(_:)` for bytes.
  package static func parse(_ text: String) throws(YAMLError) -> JSON {
    try parse(Array(text.utf8))
  }

  /// Reads all documents of a stream.
  package static func parseAll(_ bytes: [UInt8]) throws(YAMLError) -> [JSON] {
    try YAMLReader.read(bytes, onlyOne: false)
  }

  /// The document as `sigs.k8s.io/yaml.JSONToYAML` writes it: block style, sorted keys, two spaces a level,
  /// sequences at their key's column, quotes where a plain scalar would not come back as the same string.
  package static func text(_ document: JSON) -> String {
    YAMLWriter.text(document)
  }
}
