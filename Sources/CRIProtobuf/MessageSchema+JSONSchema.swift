package import CRIJSON

extension MessageSchema {
  /// Returns a JSON Schema (draft 2020-12) for handwritten documents that describe this message, with the CRI's field
  /// names.
  /// - Parameter required: The fields to require in each message; the CRI does not say which ones are required.
  package func jsonSchema(required: [String: [String]]) -> JSON {
    var definitions = JSONObject()
    define(in: &definitions, required)
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$ref": .string("#/$defs/\(shortName)"),
      "$defs": .object(definitions.sortedByKey()),
    ]
  }

  private func define(in definitions: inout JSONObject, _ required: [String: [String]]) {
    guard definitions[shortName] == nil else { return }
    var properties = JSONObject()
    for field in fields {
      var property = Self.value(field.kind)
      if field.isRepeated { property = ["type": "array", "items": property] }
      if field.isDeprecated { property["deprecated"] = true }
      properties[field.name] = property
    }
    var definition: JSON = ["type": "object", "properties": .object(properties), "additionalProperties": false]
    if let names = required[shortName] { definition["required"] = .array(names.map { .string($0) }) }
    definitions[shortName] = definition
    for field in fields {
      if case .message(let schema) = field.kind { schema.define(in: &definitions, required) }
    }
  }

  private static func value(_ kind: FieldSchema.Kind) -> JSON {
    switch kind {
    case .bool: return ["type": "boolean"]
    case .int32, .int64: return ["type": "integer"]
    case .uint32, .uint64: return ["type": "integer", "minimum": 0]
    case .double: return ["type": "number"]
    case .string, .bytes: return ["type": "string"]
    case .map: return ["type": "object", "additionalProperties": ["type": "string"]]
    case .message(let schema):
      let reference: JSON = ["$ref": .string("#/$defs/\(schema.shortName)")]
      guard schema.isWrapper, let bare = schema.fields.first.map({ value($0.kind) }) else { return reference }
      return ["anyOf": [reference, bare]]
    case .enumeration(let schema):
      var names: [String] = []
      for (value, short) in zip(schema.values, schema.shortNames) {
        names += value.name == short ? [short] : [value.name, short]
      }
      return ["enum": .array(names.map { .string($0) } + schema.values.map { .number("\($0.number)") })]
    }
  }
}
