internal import CRIJSON

/// Whether the runtime can still reach a container's shim, as tested by starting a process in the container.
public enum ObservedExec: Hashable, Sendable {
  /// CRI: `ExecSync` succeeded, or the OCI runtime reported that the image lacks the program.
  case works
  /// The runtime's error message.
  case fails(String)

  var json: JSON {
    switch self {
    case .works: ["works": true]
    case .fails(let message): ["works": false, "why": .string(message)]
    }
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    guard let works = reader.root["works"]?.boolValue else { throw reader.malformed("works") }
    self = works ? .works : .fails(reader.root["why"]?.stringValue ?? "")
  }
}
