internal import CRIJSON
package import CRISnapshot

/// The changes between two snapshots as a document.
package struct DiffDocument: Sendable {
  /// In bytes. The document is written in pieces of about this size, because the diff of two large snapshots can be too
  /// large to keep in memory.
  private static let pieceSize = 64 << 10

  private let changes: [Change]
  private let notCompared: [Unchecked]
  private let text: ReportText

  /// - Parameter notCompared: The entries that are unchecked in at least one of the snapshots.
  package init(_ changes: [Change], notCompared: [Unchecked], text: ReportText = .english) {
    self.changes = changes
    self.notCompared = notCompared
    self.text = text
  }

  /// Writes the document pretty-printed in pieces, with a final line feed.
  package func write<Failure: Error>(_ emit: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    var writer = JSONWriter(.pretty)
    writer.beginObject()
    writer.key("kind")
    writer.string("cri-diff")
    writer.key("schema")
    writer.number(1)
    writer.key("changes")
    writer.beginArray()
    for change in changes {
      writer.value(change.json)
      if writer.bytes.count >= Self.pieceSize { try emit(writer.takeBytes()) }
    }
    writer.endArray()
    writer.key("notCompared")
    writer.value(.array(notCompared.map { $0.json(text) }))
    writer.endObject()
    writer.newline()
    try emit(writer.takeBytes())
  }
}
