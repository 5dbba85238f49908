import TestSupport
import Testing

@testable import CRIHTTP2

struct GreetingTests {
  static let settings = Frame.settings([(3, 100)])

  static let cases: [(name: String, bytes: [UInt8], words: String?)] = [
    ("SETTINGS", settings, nil),
    ("empty SETTINGS", Frame.settings(), nil),
    ("SETTINGS and more", settings + [1, 2, 3], nil),
    ("a reserved bit", Frame.raw(type: 4, stream: Int32.min, []), nil),
    ("HTTP/1.1", Array("HTTP/1.1 400 Bad Request\r\nx: y".utf8), "HTTP/1.1 400 Bad Request"),
    ("a long line", [UInt8](repeating: 65, count: 500), String(repeating: "A", count: 64)),
    ("an acknowledgement", Frame.settingsAck, #"\x0\x0\x0\x4\x1\x0\x0\x0\x0"#),
    ("SETTINGS on a stream", Frame.raw(type: 4, stream: 1, []), #"\x0\x0\x0\x4\x0\x0\x0\x0\x1"#),
    ("SETTINGS of a broken length", Frame.raw(type: 4, stream: 0, [1, 2]), #"\x0\x0\x2\x4\x0\x0\x0\x0\x0\x1\x2"#),
    ("another frame", Frame.ping([65, 66, 67, 68, 69, 70, 71, 72]), #"\x0\x0\x8\x6\x0\x0\x0\x0\x0ABCDEFGH"#),
    ("a line break at once", Array("\n123456789".utf8), ""),
  ]

  /// However the bytes come, the verdict is the same.
  @Test(arguments: cases, [1, 2, 8, 1000]) func greeting(
    _ one: (name: String, bytes: [UInt8], words: String?), piece: Int
  ) {
    var greeting = Greeting()
    var taken: [UInt8] = []
    var failure: StreamFailure?
    var rest = one.bytes[...]
    while !rest.isEmpty, !greeting.isDone, failure == nil {
      let part = Array(rest.prefix(piece))
      rest = rest.dropFirst(part.count)
      do throws(StreamFailure) {
        taken = try take(part, &greeting) ?? []
      } catch {
        failure = error
      }
    }
    if one.words == nil {
      #expect(failure == nil && greeting.isDone && greeting.ended == nil)
      #expect(taken + rest == one.bytes)
    } else if case .notHTTP2(let words) = failure {
      // With fewer bytes at hand, fewer of them are quoted.
      #expect(one.words?.hasPrefix(words) ?? false)
      #expect(!greeting.isDone)
    } else {
      Issue.record("\(String(describing: failure))")
    }
  }

  private func take(_ bytes: [UInt8], _ greeting: inout Greeting) throws(StreamFailure) -> [UInt8]? {
    let result = bytes.withUnsafeBytes { bytes -> Result<[UInt8]?, StreamFailure> in
      do throws(StreamFailure) { return .success(try greeting.take(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  @Test func ends() throws {
    var greeting = Greeting()
    guard case .connectionLost = greeting.ended else {
      Issue.record("\(String(describing: greeting.ended))")
      return
    }
    #expect(try take(Array("hi\n".utf8), &greeting) == nil)
    #expect(greeting.ended == .notHTTP2("hi"))
  }
}

struct OutgoingBodyTests {
  @Test func dropsWhatIsSent() {
    var body = OutgoingBody(isFinished: false)
    for round in 0..<1000 {
      _ = body.add([UInt8](repeating: 1, count: 100), trailers: nil)
      body.took(round == 0 ? 50 : 100)
      #expect(body.remaining == 50)
      #expect(body.bytes.count <= 400)
    }
  }

  @Test func defersUntilThereIsMore() {
    var body = OutgoingBody(isFinished: false)
    var mustResume = [body.add([1], trailers: nil)]
    body.took(1)
    body.deferSending()
    mustResume.append(body.add([], trailers: [Header("a", "b")]))
    mustResume.append(body.add([], trailers: nil))
    #expect(mustResume == [false, true, false])
    #expect(body.isFinished && body.trailers == [Header("a", "b")] && body.remaining == 0)
  }
}

struct HeaderBlockTests {
  @Test func overflowsOnce() {
    var block = HeaderBlock()
    var rooms = [block.reserve(SessionState.largestHeaderList)]
    block.fields.append(Header("a", "b"))
    rooms.append(block.reserve(1))
    #expect(block.isTooLarge && block.fields.isEmpty)
    rooms.append(block.reserve(1))
    #expect(rooms == [.fits, .overflows, .isOver])
  }
}

struct ErrorCodeTests {
  @Test func names() {
    let names = (0..<15).map { ErrorCode(rawValue: $0).description }
    #expect(names[0] == "NO_ERROR" && names[13] == "HTTP_1_1_REQUIRED" && names[14] == "HTTP/2 error 14")
    #expect(ErrorCode.cancel.description == "CANCEL")
    #expect(ErrorCode.refusedStream.description == "REFUSED_STREAM")
    #expect(ErrorCode.enhanceYourCalm.description == "ENHANCE_YOUR_CALM")
    #expect(ErrorCode.inadequateSecurity.description == "INADEQUATE_SECURITY")
  }
}
