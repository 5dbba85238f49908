package import CRIProtobufC

/// A message's fields, for reflection. (`@unchecked`: the pointer is to a constant of the program.)
package final class MessageSchema: @unchecked Sendable {
  /// The one entry type of all maps (see Tools/generate).
  static let mapEntryName = "runtime.v1.MapEntry"

  /// With its package: `runtime.v1.Container`.
  package let name: String
  /// In the order of the interface's declaration, which is not always that of their numbers.
  package let fields: [FieldSchema]
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  private let indexByName: [String: Int]

  /// The schemas of the messages in it come with it: the interface has no message that contains itself.
  package init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
    self.descriptor = descriptor
    name = String(cString: descriptor.pointee.name)
    // The C struct has its members in the order of declaration.
    fields = UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
      .map { FieldSchema($0) }
      .sorted { $0.offset < $1.offset }
    var indexByName: [String: Int] = [:]
    for (index, field) in fields.enumerated() {
      indexByName[field.name] = index
      indexByName[field.jsonName] = index
    }
    self.indexByName = indexByName
  }

  /// Without its package: `Container`.
  package var shortName: String { String(cString: descriptor.pointee.short_name) }

  /// The position in `fields`, by either name.
  package func index(named name: String) -> Int? { indexByName[name] }

  /// One value that is there or not: `Int64Value` and its like.
  package var isWrapper: Bool { fields.count == 1 && fields[0].name == "value" && shortName.hasSuffix("Value") }
}
