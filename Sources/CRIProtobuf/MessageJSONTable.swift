internal import CRIProtobufC

/// The properties of a message's fields that `MessageJSONWriter` needs, in plain memory, so that writing a value does not
/// require reference counting. A table belongs to a schema, which is never released.
struct MessageJSONTable {
  enum Kind {
    case bool, int32, int64, uint32, uint64, double, string, bytes, enumeration, message, map
  }

  struct Field {
    let kind: Kind
    let isRepeated: Bool
    /// The offset of the value within the C struct, or that of the pointer to the first element of a list.
    let offset: Int
    /// The offset of a list's length within the C struct.
    let countOffset: Int
    /// The size in bytes of one element of a list.
    let stride: Int
    /// The name in JSON.
    let key: UnsafeBufferPointer<UInt8>
    let child: UnsafePointer<MessageJSONTable>?
    let enumeration: UnsafePointer<ProtobufCEnumDescriptor>?
  }

  /// The fields in the order of their declaration in the CRI.
  let fields: UnsafeBufferPointer<Field>

  static func make(_ fields: [FieldSchema]) -> UnsafePointer<MessageJSONTable> {
    let slots = UnsafeMutableBufferPointer<Field>.allocate(capacity: fields.count)
    for (index, field) in fields.enumerated() { slots.initializeElement(at: index, to: Field(field)) }
    let table = UnsafeMutablePointer<MessageJSONTable>.allocate(capacity: 1)
    table.initialize(to: MessageJSONTable(fields: UnsafeBufferPointer(slots)))
    return UnsafePointer(table)
  }
}

extension MessageJSONTable.Field {
  init(_ field: FieldSchema) {
    isRepeated = field.isRepeated
    offset = field.offset
    countOffset = field.countOffset
    stride = FieldSchema.stride(field.kind)
    // The names of the CRI are ASCII without any character that needs an escape.
    let name = Array(field.jsonName.utf8)
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: name.count)
    _ = copy.initialize(from: name)
    key = UnsafeBufferPointer(copy)
    var child: UnsafePointer<MessageJSONTable>?
    var enumeration: UnsafePointer<ProtobufCEnumDescriptor>?
    switch field.kind {
    case .bool: kind = .bool
    case .int32: kind = .int32
    case .int64: kind = .int64
    case .uint32: kind = .uint32
    case .uint64: kind = .uint64
    case .double: kind = .double
    case .string: kind = .string
    case .bytes: kind = .bytes
    case .enumeration(let schema):
      kind = .enumeration
      enumeration = schema.descriptor
    case .message(let schema):
      kind = .message
      child = schema.jsonTable
    case .map: kind = .map
    }
    self.child = child
    self.enumeration = enumeration
  }
}
