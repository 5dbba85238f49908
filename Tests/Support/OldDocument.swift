package import CRIJSON
package import CRISnapshot
internal import Foundation

/// Documents of schema 1, as cri 0.1.0 wrote them.
package enum OldDocument {
  package static func json(_ name: String) throws -> JSON {
    try JSON.parse([UInt8](Data(contentsOf: URL(fileURLWithPath: Recording.path("schema-1/\(name).json")))))
  }

  package static func snapshot(_ name: String) throws -> Snapshot { try Snapshot(json: json(name)) }
}
