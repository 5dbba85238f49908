package import CRIJSON

/// crictl's output for a recorded runtime, some time after the runtime's restart.
package enum RecordedOutput {
  /// - Parameter file: The name of the file, such as `pods.table`, `ps-a.verbose` (from `ps -a -v`) or `info.yaml`.
  package static func text(_ runtime: String, _ file: String) throws -> String {
    try Recording.text(Recording.path("\(runtime)/crictl/\(file)"))
  }

  /// Returns all documents that crictl printed. The order of their keys is kept.
  package static func documents(_ runtime: String) throws -> [(arguments: [String], document: JSON)] {
    try Recording.lines(Recording.path("\(runtime)/crictl/documents.jsonl")).map { line in
      let line = try JSON.parse(line)
      guard let arguments = line["arguments"]?.arrayValue, let document = line["document"] else {
        throw RecordingError(reason: "\(runtime): no document")
      }
      return (arguments.compactMap(\.stringValue), document)
    }
  }

  /// Returns the document of one command.
  /// - Parameter command: The arguments, such as `ps -a`. The ID of an inspected object can be abbreviated.
  package static func document(_ runtime: String, _ command: String) throws -> JSON {
    let found = try documents(runtime).first { $0.arguments.joined(separator: " ").hasPrefix(command) }
    guard let found else { throw RecordingError(reason: "\(runtime): no document of \(command)") }
    return found.document
  }
}
