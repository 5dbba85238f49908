import CRIJSON
import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

@Suite("Recorded responses")
struct RecordingTests {
  @Test(
    "decoding and encoding a recorded message loses nothing", arguments: Recording.runtimes,
    [Recording.Moment.before, .after])
  func roundTrip(runtime: String, moment: Recording.Moment) throws {
    let replies = try RecordedExchange.all(runtime, moment)
    #expect(replies.count >= 30)
    for reply in replies {
      try check(reply.method.request, reply.request, reply)
      try check(reply.method.response, reply.response, reply)
    }
  }

  private func check<M: CMessage>(_ type: M.Type, _ bytes: [UInt8], _ reply: RecordedExchange) throws {
    let message = try M.decode(bytes)
    let encoded = message.encode()
    #expect(try M.decode(encoded) == message, "\(reply)")
    // Go encodes maps in random order, so the bytes are the same but in a different order.
    #expect(encoded.sorted() == bytes.sorted(), "\(reply)")
    #expect(message.unknownFields.isEmpty, "\(reply)")
    #expect(try M(json: message.json()) == message, "\(reply)")
  }

  @Test(
    "the JSON is that of crictl", arguments: Recording.runtimes,
    [
      ("ListPodSandbox", "pods", "items"), ("ListContainers", "ps -a", "containers"),
      ("ListImages", "images", "images"),
    ])
  func crictl(runtime: String, command: (method: String, crictl: String, list: String)) throws {
    let replies = try RecordedExchange.all(runtime)
    let reply = try #require(replies.first { $0.call.name == command.method && $0.request.isEmpty })
    let ours = try reply.method.response.decode(reply.response).json()
    let printed = try RecordedOutput.document(runtime, command.crictl)
    // crictl sorts its lists, so they are not in the order of the message.
    #expect(byID(ours, command.list) == byID(printed, command.list))
    #expect(byID(ours, command.list).count > 1)
    #expect(keys(ours) == keys(printed))
  }

  private func byID(_ document: JSON, _ list: String) -> [String: JSON] {
    let items = (document[list]?.arrayValue ?? []).map { ($0["id"]?.stringValue ?? "", $0) }
    return Dictionary(items) { first, _ in first }
  }

  /// The keys of the first element, in the order in which they were written.
  private func keys(_ document: JSON) -> [String]? {
    document.objectValue?.values.first?.arrayValue?.first?.objectValue?.keys
  }
}
