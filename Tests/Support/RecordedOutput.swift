package import CRIJSON

/// What crictl printed about a recorded runtime, at some moment after its restart.
package enum RecordedOutput {
  /// - Parameter file: such as `pods.table`, `ps-a.verbose` (of `ps -a -v`) or `info.yaml`.
  package static func text(_ runtime: String, _ file: String) throws -> String {
    try Recording.text(Recording.path("\(runtime)/crictl/\(file)"))
  }

  /// Every document that it printed, its keys in their order.
  package static func documents(_ runtime: String) throws -> [(arguments: [String], document: JSON)] {
    try Recording.lines(Recording.path("\(runtime)/crictl/documents.jsonl")).map { line in
      let line = try JSON.parse(line)
      guard let arguments = line["arguments"]?.arrayValue, let document = line["document"] else {
        throw RecordingError(reason: "\(runtime): no document")
      }
      return (arguments.compactMap(\.stringValue), document)
    }
  }

  /// The document of one command.
  /// - Parameter command: such as `ps -a`; of an inspected object it may give the beginning of the ID.
  package static func document(_ runtime: String, _ command: String) throws -> JSON {
    let found = try documents(runtime).first { $0.arguments.joined(separator: " ").hasPrefix(command) }
    guard let found else { throw RecordingError(reason: "\(runtime): no document of \(command)") }
    return found.document
  }
}
