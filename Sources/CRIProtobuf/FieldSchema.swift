internal import CRIProtobufC

/// One field of a message, as reflection needs it. (A class, since it is passed around for each value.)
package final class FieldSchema: Sendable {
  package enum Kind: Sendable {
    case bool, int32, int64, uint32, uint64, double, string, bytes
    case enumeration(EnumSchema)
    case message(MessageSchema)
    /// Strings by string; always a list, of entries.
    case map(MessageSchema)
  }

  package let number: UInt32
  /// As in the interface: `pod_sandbox_id`.
  package let name: String
  /// As in JSON: `podSandboxId`.
  package let jsonName: String
  package let kind: Kind
  /// A list; maps are none in this sense.
  package let isRepeated: Bool
  package let isDeprecated: Bool
  /// Where the C struct has the value, or the address of the first one of a list.
  let offset: Int
  /// Where the C struct has the length of a list.
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
    // Text travels as bytes with a length; its default value tells it from bytes (see Tools/generate).
    case PROTOBUF_C_TYPE_BYTES: return field.default_value == nil ? .bytes : .string
    case PROTOBUF_C_TYPE_ENUM:
      return .enumeration(EnumSchema(field.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)))
    case PROTOBUF_C_TYPE_MESSAGE:
      let message = MessageSchema(field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
      return message.name == MessageSchema.mapEntryName ? .map(message) : .message(message)
    default:
      preconditionFailure("the interface has no field of type \(field.type)")
    }
  }

  /// protobuf's rule: what follows an underscore is upper case.
  private static func jsonName(_ name: String) -> String {
    var result = ""
    var isAfterUnderscore = false
    for character in name {
      if character != "_" { result += isAfterUnderscore ? character.uppercased() : String(character) }
      isAfterUnderscore = character == "_"
    }
    return result
  }

  /// The size of an element of a list in C memory.
  static func stride(_ kind: FieldSchema.Kind) -> Int {
    switch kind {
    case .bool, .int32, .uint32, .enumeration: 4
    case .int64, .uint64, .double, .message, .map: 8
    case .string, .bytes: MemoryLayout<ProtobufCBinaryData>.stride
    }
  }
}
