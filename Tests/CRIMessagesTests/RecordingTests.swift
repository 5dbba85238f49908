import CRIJSON
import CRIMessages
import CRIProtobuf
import Testing

@Suite("Answers of real runtimes")
struct RecordingTests {
  @Test("are decoded and encoded again without loss", arguments: RecordedAnswer.runtimes)
  func roundTrip(runtime: String) throws {
    let answers = try RecordedAnswer.all(runtime)
    #expect(answers.count >= 30)
    for answer in answers {
      let method = try #require(answer.method)
      try check(method.request, answer.request, answer)
      try check(method.response, answer.response, answer)
    }
  }

  private func check<M: CMessage>(_ type: M.Type, _ bytes: [UInt8], _ answer: RecordedAnswer) throws {
    let message = try M.decode(bytes)
    let encoded = message.encode()
    #expect(try M.decode(encoded) == message, "\(answer)")
    // Go sends a map's entries in any order: the same bytes, sorted otherwise.
    #expect(encoded.sorted() == bytes.sorted(), "\(answer)")
    #expect(message.unknownFields.isEmpty, "\(answer)")
    #expect(try M(json: message.json()) == message, "\(answer)")
  }

  @Test(
    "are the JSON that crictl prints", arguments: RecordedAnswer.runtimes,
    [
      ("ListPodSandbox", "pods", "items"), ("ListContainers", "ps-a", "containers"),
      ("ListImages", "images", "images"),
    ])
  func crictl(runtime: String, command: (method: String, file: String, list: String)) throws {
    let answers = try RecordedAnswer.all(runtime)
    let answer = try #require(answers.first { $0.path.hasSuffix("/" + command.method) && $0.request.isEmpty })
    let ours = try #require(answer.method).response.decode(answer.response).json()
    let text = try RecordedAnswer.text("Recordings/\(runtime)-\(command.file).json")
    // crictl sorts its lists, so the order of the list is not the message's.
    #expect(byID(ours, command.list) == byID(try JSON.parse(text), command.list))
    #expect(byID(ours, command.list).count > 1)
    #expect(keys(ours) == keys(try JSON.parse(text)))
  }

  private func byID(_ document: JSON, _ list: String) -> [String: JSON] {
    let items = (document[list]?.arrayValue ?? []).map { ($0["id"]?.stringValue ?? "", $0) }
    return Dictionary(items) { first, _ in first }
  }

  /// The keys of the first element, in their order.
  private func keys(_ document: JSON) -> [String]? {
    document.objectValue?.values.first?.arrayValue?.first?.objectValue?.keys
  }
}
