package import CRIProtobufC

/// The description of a message and its fields. It is `@unchecked Sendable` because the pointer refers to a constant.
package final class MessageSchema: @unchecked Sendable {
  /// The type of the entries of all maps (see Tools/generate).
  static let mapEntryName = "runtime.v1.MapEntry"

  /// The full name, such as `runtime.v1.Container`.
  package let name: String
  /// The fields in the order of their declaration in the CRI, which is not always the order of their numbers.
  package let fields: [FieldSchema]
  /// protobuf-c's descriptor of the C struct.
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  /// The table for estimating how much memory a message takes; it is never released.
  let sizeTable: UnsafePointer<WireSizeTable>
  /// The table for writing JSON, with the fields in the same order; it is never released.
  let jsonTable: UnsafePointer<MessageJSONTable>
  private let indexByName: [String: Int]

  /// Creates the schema together with the schemas of nested messages. The recursion ends, because no message of the CRI
  /// contains itself.
  package init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
    self.descriptor = descriptor
    name = String(cString: descriptor.pointee.name)
    // The members of the C struct are in the order of declaration.
    fields = UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
      .map { FieldSchema($0) }
      .sorted { $0.offset < $1.offset }
    sizeTable = WireSizeTable.make(fields, structSize: descriptor.pointee.sizeof_message)
    jsonTable = MessageJSONTable.make(fields)
    var indexByName: [String: Int] = [:]
    for (index, field) in fields.enumerated() {
      indexByName[field.name] = index
      indexByName[field.jsonName] = index
    }
    self.indexByName = indexByName
  }

  /// The name without its package, such as `Container`.
  package var shortName: String { String(cString: descriptor.pointee.short_name) }

  /// The position of a field in `fields` by either of its names, or nil.
  package func index(named name: String) -> Int? { indexByName[name] }

  /// Whether the message wraps a single optional value, such as `Int64Value`.
  package var isWrapper: Bool { fields.count == 1 && fields[0].name == "value" && shortName.hasSuffix("Value") }
}
