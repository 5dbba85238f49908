import CRIJSON
import CRIMessages
import CRIProtobuf
import Testing

/// Messages as JSON in the way that other packages use it: through the protocol `Message`.
@Suite struct MessageJSONTests {
  private func copy<M: Message>(_ message: M) throws -> M { try M(json: JSON.parse(message.json().text())) }

  @Test func `a message is equal to the copy that its JSON describes`() throws {
    let container = Container(
      id: "c", podSandboxID: "p", metadata: ContainerMetadata(name: "n", attempt: 3), state: .running,
      createdAt: Timestamp(nanoseconds: .max), labels: ["b": "2", "a": "é\u{0}"])
    let list = ListContainersResponse(containers: [container, Container()])
    #expect(try copy(list) == list)
    #expect(list.json()["containers"]?[0]?["createdAt"]?.stringValue == "\(Int64.max)")
  }

  @Test func `every type of message can be written and read`() throws {
    func check<M: Message>(_ type: M.Type) throws {
      let message = try type.init(json: [:])
      #expect(try copy(message) == message, "\(type)")
    }
    for type in MessageTypes.all { try check(type) }
  }

  @Test func `unknown fields are an error, unless they are to be ignored`() throws {
    let document: JSON = ["id": "c", "colour": "red"]
    #expect(throws: MessageJSONError.self) { try Container(json: document) }
    #expect(throws: MessageJSONError.self) { try Container(json: document, ignoresUnknownFields: false) }
    #expect(try Container(json: document, ignoresUnknownFields: true) == Container(id: "c"))
  }
}
