internal import CRIJSON

/// Whether the runtime still reaches the shim of a container, shown by a process that it started in it.
public enum ObservedExec: Hashable, Sendable {
  /// CRI: `ExecSync` came back, or with the word of the OCI runtime that the image has no such program.
  case works
  /// The runtime's words.
  case fails(String)

  var json: JSON {
    switch self {
    case .works: ["works": true]
    case .fails(let words): ["works": false, "why": .string(words)]
    }
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    guard let works = reader.root["works"]?.boolValue else { throw reader.malformed("works") }
    self = works ? .works : .fails(reader.root["why"]?.stringValue ?? "")
  }
}
