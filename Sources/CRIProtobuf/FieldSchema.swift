internal import CRIProtobufC

/// The description of one field of a message. It is a class because it is passed along with each value.
package final class FieldSchema: Sendable {
  /// The type of a field.
  package enum Kind: Sendable {
    case bool, int32, int64, uint32, uint64, double, string, bytes
    case enumeration(EnumSchema)
    case message(MessageSchema)
    /// A map from strings to strings, which is a list of entries on the wire.
    case map(MessageSchema)
  }

  /// The field number.
  package let number: UInt32
  /// The name in the CRI, such as `pod_sandbox_id`.
  package let name: String
  /// The name in JSON, such as `podSandboxId`.
  package let jsonName: String
  package let kind: Kind
  /// Whether the field is a list. Maps do not count as lists.
  package let isRepeated: Bool
  /// Whether the CRI has deprecated the field.
  package let isDeprecated: Bool
  /// The offset of the value within the C struct, or that of the pointer to the first element of a list.
  let offset: Int
  /// The offset of a list's length within the C struct.
  let countOffset: Int

  init(_ field: ProtobufCFieldDescriptor) {
    number = field.id
    name = String(cString: field.name)
    jsonName = Self.jsonName(name)
    kind = Self.kind(field)
    let isMap = if case .map = kind { true } else { false }
    isRepeated = field.label == PROTOBUF_C_LABEL_REPEATED && !isMap
    isDeprecated = field.flags & PROTOBUF_C_FIELD_FLAG_DEPRECATED.rawValue != 0
    offset = Int(field.offset)
    countOffset = Int(field.quantifier_offset)
  }

  private static func kind(_ field: ProtobufCFieldDescriptor) -> Kind {
    switch field.type {
    case PROTOBUF_C_TYPE_BOOL: return .bool
    case PROTOBUF_C_TYPE_INT32: return .int32
    case PROTOBUF_C_TYPE_INT64: return .int64
    case PROTOBUF_C_TYPE_UINT32: return .uint32
    case PROTOBUF_C_TYPE_UINT64: return .uint64
    case PROTOBUF_C_TYPE_DOUBLE: return .double
    // Strings are declared as bytes, so that they have a length; a default value identifies them as strings (see
    // Tools/generate).
    case PROTOBUF_C_TYPE_BYTES: return field.default_value == nil ? .bytes : .string
    case PROTOBUF_C_TYPE_ENUM:
      return .enumeration(EnumSchema(field.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)))
    case PROTOBUF_C_TYPE_MESSAGE:
      let message = MessageSchema(field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
      return message.name == MessageSchema.mapEntryName ? .map(message) : .message(message)
    default:
      preconditionFailure("the CRI has no field of type \(field.type)")
    }
  }

  /// Whether the field is a name that the elements of a list usually repeat, such as a metric's name. The generated
  /// code copies such a field with `CDecoder.key`.
  var isName: Bool { name == "name" && !isRepeated }

  /// Returns the JSON name by protobuf's rule: a letter after an underscore becomes upper case.
  private static func jsonName(_ name: String) -> String {
    var result = ""
    var isAfterUnderscore = false
    for character in name {
      if character != "_" { result += isAfterUnderscore ? character.uppercased() : String(character) }
      isAfterUnderscore = character == "_"
    }
    return result
  }

  /// The size in bytes of one element of a list in C memory.
  static func stride(_ kind: FieldSchema.Kind) -> Int {
    switch kind {
    case .bool, .int32, .uint32, .enumeration: 4
    case .int64, .uint64, .double, .message, .map: 8
    case .string, .bytes: MemoryLayout<ProtobufCBinaryData>.stride
    }
  }
}
