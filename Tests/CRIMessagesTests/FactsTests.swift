import CRIMessages
import CRIProtobuf
import Testing

/// Compares the compiled descriptors with recorded tables of the CRI.
@Suite("Descriptors")
struct FactsTests {
  static func facts(_ kind: String) throws -> Set<String> {
    let lines = try Facts.lines("cri-v1.tsv")
    return Set(lines.filter { $0.hasPrefix(kind + "\t") }.map(String.init))
  }

  @Test("the methods are those of the CRI")
  func calls() throws {
    let ours = AnyMethod.all.map { method in
      let request = method.request.schema.shortName
      let response = method.response.schema.shortName
      let stream = method.isServerStreaming ? "\tstream" : ""
      return "rpc\t\(method.service.rawValue)\t\(method.name)\t\(request)\t\(response)\(stream)"
    }
    #expect(ours.count == 43)
    try expectEqual(ours, try Self.facts("rpc"))
  }

  @Test("the messages and fields, with their numbers and types, are those of the CRI")
  func fields() throws {
    let ours = MessageTypes.all.flatMap { type -> [String] in
      let message = type.schema.shortName
      if type.schema.fields.isEmpty { return ["field\t\(message)\t-\t0\t(empty message)"] }
      return type.schema.fields.map { field in
        let line = "field\t\(message)\t\(field.name)\t\(field.number)\t\(Self.typeName(field.kind))"
        return line + (field.isRepeated ? "\trepeated" : "")
      }
    }
    // protobuf-c does not record which fields are deprecated.
    let facts = try Self.facts("field").map { $0.hasSuffix("\tdeprecated") ? String($0.dropLast(11)) : $0 }
    try expectEqual(ours, Set(facts))
  }

  @Test("the enum values are those of the CRI")
  func enums() throws {
    var ours: Set<String> = []
    for type in MessageTypes.all {
      for field in type.schema.fields {
        guard case .enumeration(let schema) = field.kind else { continue }
        let name = schema.name == "ProfileType" ? "SecurityProfile.ProfileType" : schema.name
        for value in schema.values { ours.insert("enum\t\(name)\t\(value.name)\t\(value.number)") }
      }
    }
    try expectEqual(Array(ours), try Self.facts("enum"))
  }

  @Test("the fields are declared in the order in which JSON contains them")
  func order() throws {
    let lines = try Facts.lines("cri-v1.tsv").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    for type in MessageTypes.all where !type.schema.fields.isEmpty {
      let facts = lines.filter { $0[0] == "field" && $0[1] == type.schema.shortName }.map { $0[2] }
      #expect(type.schema.fields.map(\.name) == facts)
    }
  }

  @Test("the paths of services and methods depend on the version")
  func paths() {
    #expect(Method.version.path(.v1) == "/runtime.v1.RuntimeService/Version")
    #expect(Method.listImages.path(.v1alpha2) == "/runtime.v1alpha2.ImageService/ListImages")
    #expect(Method.getContainerEvents.isServerStreaming)
    #expect(!Method.listContainers.isServerStreaming)
    #expect(Service.image.name(.v1) == "runtime.v1.ImageService")
  }

  private static func typeName(_ kind: FieldSchema.Kind) -> String {
    switch kind {
    case .message(let schema): schema.shortName
    case .enumeration(let schema): schema.name
    case .map: "map\tmap<string,string>"
    default: "\(kind)"
    }
  }

  private func expectEqual(_ ours: [String], _ facts: Set<String>) throws {
    #expect(!facts.isEmpty)
    #expect(Set(ours).count == ours.count)
    #expect(facts.subtracting(ours) == [], "missing in api.proto")
    #expect(Set(ours).subtracting(facts) == [], "not part of the CRI")
  }
}
