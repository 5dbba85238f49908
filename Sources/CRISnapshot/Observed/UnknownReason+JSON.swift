internal import CRIJSON

extension UnknownReason {
  var json: JSON {
    var document: JSONObject = ["code": .string(code.rawValue)]
    if let path { document["path"] = .string(path) }
    if let line { document["line"] = JSON(line) }
    if let errno { document["errno"] = JSON(errno) }
    if let object { document["object"] = object.json }
    if let setting { document["setting"] = .string(setting.rawValue) }
    if let message { document["message"] = .string(message) }
    return .object(document)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    // A code that only newer versions know is read as `recorded`, together with its details.
    let code = Code(rawValue: try reader.string("code")) ?? .recorded
    self.init(
      code, path: try reader.optional("path", \.stringValue),
      line: try reader.optional("line") { $0.intValue.flatMap { Int(exactly: $0) } },
      errno: try reader.optional("errno") { $0.intValue.flatMap { Int32(exactly: $0) } },
      object: try reader.optionalMember("object", ObjectName.init),
      setting: try reader.optional("setting", \.stringValue).flatMap(RuntimeSetting.init(rawValue:)),
      message: try reader.optional("message", \.stringValue))
  }
}
