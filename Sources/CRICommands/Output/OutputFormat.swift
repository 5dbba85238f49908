package import CRIJSON
internal import CRIYAML

/// The output format of a command.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  case table
  case json
  case yaml

  /// The document with a newline at its end, and after YAML the empty line that crictl adds; nil for a table, which
  /// needs columns.
  package func text(of document: JSON) -> String? {
    switch self {
    case .table: nil
    case .json: document.text(pretty: true) + "\n"
    case .yaml: YAML.text(document) + "\n"
    }
  }
}
