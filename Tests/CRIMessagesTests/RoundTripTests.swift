import CRIJSON
import CRIMessages
import CRIProtobuf
import Testing

@Suite("Every message")
struct RoundTripTests {
  static let types = MessageTypes.all.map(MessageType.init)

  struct MessageType: CustomTestStringConvertible {
    let type: any CMessage.Type
    var testDescription: String { type.protoName }
  }

  @Test("every field survives encoding and decoding, in wire format and in JSON", arguments: types)
  func roundTrip(type: MessageType) throws {
    func check<M: CMessage>(_ type: M.Type) throws {
      let document = Samples.document(M.schema)
      let message = try M(json: document)
      let decoded = try M.decode(message.encode())
      #expect(decoded == message)
      #expect(decoded.json() == document)
      #expect(String(decoding: decoded.jsonBytes(.compact), as: UTF8.self) == document.text())
      #expect(try M(json: decoded.json()) == message)
    }
    try check(type.type)
  }

  @Test("every property and every field is covered", arguments: types)
  func completeness(type: MessageType) throws {
    func check<M: CMessage>(_ type: M.Type) throws {
      let message = try Samples.make(M.self)
      let empty = try M.decode([])
      let properties = zip(Mirror(reflecting: message).children, Mirror(reflecting: empty).children)
      var count = 0
      for (full, empty) in properties where full.label != "unknownFields" {
        count += 1
        #expect(String(describing: full.value) != String(describing: empty.value), "\(full.label ?? "")")
      }
      #expect(count == M.schema.fields.count)
      #expect(Set(WireField.all(message.encode()).map(\.number)) == Set(M.schema.fields.map(\.number)))
      #expect(M.protoName == M.schema.name)
      #expect(empty.encode() == [])
      #expect(empty.unknownFields.isEmpty)
    }
    try check(type.type)
  }

  @Test("unknown fields are kept", arguments: types)
  func unknownFields(type: MessageType) throws {
    func check<M: CMessage>(_ type: M.Type) throws {
      let message = try Samples.make(M.self)
      let addition: [UInt8] = [
        0xF8, 0x7D, 0x96, 0x01,  // 2015, varint 150
        0xFA, 0x7D, 0x03, 0x00, 0xFF, 0x41,  // 2015, three bytes
        0x81, 0x7E, 1, 2, 3, 4, 5, 6, 7, 8,  // 2016, fixed64
        0x85, 0x7E, 1, 2, 3, 4,  // 2016, fixed32
      ]
      // Unknown fields before and after the known ones.
      let decoded = try M.decode(addition + message.encode() + addition)
      #expect(decoded.unknownFields.bytes == addition + addition)
      #expect(decoded != message)
      #expect(decoded.encode() == message.encode() + addition + addition)
      #expect(try M.decode(decoded.encode()) == decoded)
      var stripped = decoded
      stripped.unknownFields = UnknownFields()
      #expect(stripped == message)
    }
    try check(type.type)
  }

  @Test("unknown enum numbers are kept")
  func unknownEnumNumber() throws {
    let container = Container(state: ContainerState(rawValue: 77))
    #expect(container.state.description == "ContainerState(77)")
    #expect(container.state.protoName == nil)
    #expect(container.encode() == [0x30, 77])
    let decoded = try Container.decode(container.encode())
    #expect(decoded.state.rawValue == 77)
    #expect(decoded.json()["state"] == .number("77"))
    #expect(try Container(json: decoded.json()) == container)
    #expect(try Container.decode(Container(state: .init(rawValue: -1)).encode()).state.rawValue == -1)
  }

  @Test("unknown fields of nested messages are kept")
  func nestedUnknownFields() throws {
    // containers { id: "a", 2015: 1, metadata { 2015: 2 } }, 2015: 3
    let bytes: [UInt8] = [0x0A, 11, 0x0A, 1, 0x61, 0xF8, 0x7D, 1, 0x1A, 3, 0xF8, 0x7D, 2, 0xF8, 0x7D, 3]
    let list = try ListContainersResponse.decode(bytes)
    #expect(list.containers.count == 1)
    #expect(list.containers.first?.id == "a")
    #expect(list.containers.first?.unknownFields.bytes == [0xF8, 0x7D, 1])
    #expect(list.containers.first?.metadata?.unknownFields.bytes == [0xF8, 0x7D, 2])
    #expect(list.unknownFields.bytes == [0xF8, 0x7D, 3])
    #expect(try ListContainersResponse.decode(list.encode()) == list)
  }

  @Test("only the map entries with the chosen keys are decoded, and everything else is complete")
  func chosenMapKeys() throws {
    let container = Container(
      id: "c", metadata: ContainerMetadata(name: "web"),
      image: ImageSpec(image: "i", annotations: ["a": "1", "b": "2"]),
      labels: ["a": "1", "a long key of a label": "x", "ab": "2", "": "3"], annotations: ["b": "4"])
    let bytes = ListContainersResponse(containers: [container, Container()]).encode()
    func decoded(_ keys: [String]?) throws -> [Container] {
      var allowance = ResponseLimits().allowance(forBytes: bytes.count)
      allowance.mapKeys = keys
      return try ListContainersResponse.decode(bytes, allowance).message.containers
    }
    #expect(try decoded(nil) == [container, Container()])
    var expected = container
    (expected.labels, expected.annotations) = ([:], [:])
    expected.image?.annotations = [:]
    #expect(try decoded([]) == [expected, Container()])
    expected.labels = ["a": "1", "a long key of a label": "x"]
    expected.image?.annotations = ["a": "1"]
    #expect(try decoded(["a", "a long key of a label", "missing"]) == [expected, Container()])
    expected.labels = ["": "3"]
    expected.annotations = ["b": "4"]
    expected.image?.annotations = ["b": "2"]
    #expect(try decoded(["", "b"]) == [expected, Container()])
  }
}
