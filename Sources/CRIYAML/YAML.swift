package import CRIJSON

/// Reads and writes YAML as Kubernetes uses it: as another notation for JSON documents.
///
/// Plain scalars have the types that `sigs.k8s.io/yaml` gives them: `yes`, `on` and `y` are true, `0777` is octal, and
/// dates are strings.
package enum YAML {
  /// The maximum nesting depth of sequences and mappings that `parse` accepts.
  package static let maximumDepth = JSON.maximumDepth

  /// The approximate maximum number of bytes that aliases may add to a document. Without it, a few nested aliases can
  /// expand to billions of nodes.
  package static let maximumExpansion = 16 << 20

  /// How the types of scalars are determined.
  package enum Types: Hashable, Sendable {
    /// A plain scalar has the type that `sigs.k8s.io/yaml` gives it.
    case resolved
    /// Every scalar is a string with its text as written, except null. crictl reads its own configuration in this way.
    case text
  }

  /// Parses a stream with one document. An empty stream is `null`.
  ///
  /// If a mapping has duplicate keys, the last one wins. A merge key (`<<`) adds only keys that the mapping does
  /// not contain.
  /// - Throws: `YAMLError` if the text is not valid YAML, has no JSON equivalent, exceeds a limit, or has a second document.
  package static func parse(_ bytes: [UInt8], types: Types = .resolved) throws(YAMLError) -> JSON {
    // Most input is JSON, and JSON has escapes that YAML does not have.
    let first = bytes.first { $0 > 0x20 }
    if types == .resolved, first == UInt8(ascii: "{"), let document = try? JSON.parse(bytes) { return document }
    return try YAMLReader.read(bytes, onlyOne: true, types: types).first ?? .null
  }

  /// Parses a stream with one document; see `parse(_:)` for bytes.
  package static func parse(_ text: String) throws(YAMLError) -> JSON {
    try parse(Array(text.utf8))
  }

  /// Parses all documents of a stream; see `parse(_:)` for the rules and errors.
  package static func parseAll(_ bytes: [UInt8]) throws(YAMLError) -> [JSON] {
    try YAMLReader.read(bytes, onlyOne: false)
  }

  /// Formats a document as `sigs.k8s.io/yaml.JSONToYAML` does.
  ///
  /// The layout is block style with sorted keys, two spaces per level, and sequences in the same column as their key.
  /// Strings are quoted if they would not parse as the same string without quotes.
  package static func text(_ document: JSON) -> String {
    YAMLWriter.text(document)
  }
}
