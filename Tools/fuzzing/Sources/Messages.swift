import CRIJSON
import CRIMessages
import CRIProtobuf

@testable import CRIGRPC
import CRIHTTP2

extension FuzzTarget {
  /// The first byte chooses the type.
  static let protobuf = FuzzTarget("protobuf") { bytes in
    guard let first = bytes.first else { return }
    let type: any CMessage.Type = MessageTypes.all[Int(first) % MessageTypes.all.count]
    check(type, Array(bytes.dropFirst()))
  }

  fileprivate static func check<M: CMessage>(_ type: M.Type, _ bytes: [UInt8]) {
    guard let message = try? M.decode(bytes) else { return }
    let encoded = message.encode()
    let again = outcome { () throws(DecodeError) in try M.decode(encoded) }
    switch again {
    case .failure(let error): require(false, "what is encoded is decoded again: \(error)")
    case .success(let again):
      require(again.encode() == encoded, "what is encoded does not change again")
      require(again.json() == message.json(), "the JSON is the same")
    }
    let json = message.json()
    var writer = JSONWriter()
    message.write(to: &writer)
    require((try? JSON.parse(writer.bytes)) == json, "both ways of writing JSON agree")
    let read = outcome { () throws(MessageJSONError) in try M(json: json) }
    switch read {
    case .failure(let error): require(false, "JSON is read again: \(error)")
    case .success(let read): require(read.json() == json, "JSON does not change again")
    }
    require(!message.description.isEmpty, "a message has a description")
  }

  /// The first byte chooses a part of gRPC, or of a response.
  static let grpc = FuzzTarget("grpc") { bytes in
    guard let first = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    switch first % 4 {
    case 0: checkBody(rest)
    case 1:
      let text = rest.text
      require(PercentEncoding.decode(PercentEncoding.encode(text)) == text, "percent encoding is reversible")
      _ = PercentEncoding.decode(text)
      if let time = Timeout.decode(text) { require(time >= .zero, "a timeout of \(time)") }
    case 2:
      let parts = rest.parts(2)
      let pair = (name: parts[0].text, value: parts[1].text)
      if let header = (try? Metadata.headers([pair], method: "/a/B"))?.first {
        require(header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "the name \(header.name)")
        require(header.value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "the value \(header.value)")
      }
    default: checkResponse(rest)
    }
  }

  private static func checkBody(_ bytes: [UInt8]) {
    let results = bytes.splits.map { split in
      var assembler = MessageAssembler(limit: 1000)
      var messages: [[UInt8]] = []
      let end = outcome { () throws(MessageAssembler.Failure) in
        for piece in split { try assembler.append(piece, &messages) }
        try assembler.end()
      }
      return (messages, end)
    }
    for result in results.dropFirst() {
      require(result.0 == results[0].0, "the messages do not depend on the splits")
      switch (result.1, results[0].1) {
      case (.success, .success): break
      case (.failure(let a), .failure(let b)): require(a == b, "the failure does not depend on the splits")
      default: require(false, "the outcome does not depend on the splits")
      }
    }
    if case .success = results[0].1 {
      require(results[0].0.flatMap(MessageAssembler.frame) == bytes, "the messages are the body")
    }
  }

  /// Header fields as `name: value` lines, of a response that has headers, a body and trailers.
  private static func checkResponse(_ bytes: [UInt8]) {
    let parts = bytes.parts(3)
    func fields(_ part: [UInt8]) -> [Header] {
      part.split(separator: 10).map { line in
        let pair = [UInt8](line).parts(2, at: UInt8(ascii: "="))
        return Header(pair[0].text, pair[1].text)
      }
    }
    var reader = ResponseReader(
      method: "/a/B", path: "/s", limit: CallLimit(Channel.Options()), maxMessageSize: 1000)
    do throws(RPCError) {
      try reader.append(headers: fields(parts[0]), endStream: false)
      var messages: [[UInt8]] = []
      try reader.append(data: parts[1], &messages)
      try reader.append(headers: fields(parts[2]), endStream: true)
      let error = reader.end(nil)
      require(error != nil || fields(parts[0] + [10] + parts[2]).contains { $0.name == "grpc-status" }, "success")
    } catch { require(!"\(error)".isEmpty, "an error has a description") }
  }
}
