import CRIJSON
import CRIMessages
import CRIProtobuf

/// Creates messages in which no field has its default value.
enum Samples {
  /// Returns a document with a value for every field of the message and of all nested messages.
  static func document(_ schema: MessageSchema) -> JSON {
    var object = JSONObject()
    for field in schema.fields {
      let value = value(field.kind, salt: field.number)
      object[field.jsonName] = field.isRepeated ? [value, value] : value
    }
    return .object(object)
  }

  private static func value(_ kind: FieldSchema.Kind, salt: UInt32) -> JSON {
    switch kind {
    case .bool: true
    case .int32: .number("-\(salt)")
    case .uint32: .number("\(UInt32.max - salt)")
    case .int64: .string("\(Int64.min + Int64(salt))")
    case .uint64: .string("\(UInt64.max - UInt64(salt))")
    case .double: .number("\(salt).25")
    case .string: .string("text \(salt) é\u{0}後")
    case .bytes: "AP8BAg=="
    case .enumeration(let schema): schema.values.last.map { .string($0.name) } ?? .null
    case .message(let schema): document(schema)
    case .map: ["a": "\(salt)", "app.kubernetes.io/long-key-of-a-label": "2", "é": ""]
    }
  }

  static func make<M: CMessage>(_ type: M.Type) throws -> M { try M(json: document(M.schema)) }
}
