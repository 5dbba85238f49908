import TestSupport
import Testing

@testable import CRIHTTP2

struct ServerPrefaceTests {
  static let settings = Frame.settings([(3, 100)])

  static let cases: [(name: String, bytes: [UInt8], refusedLine: String?)] = [
    ("SETTINGS", settings, nil),
    ("empty SETTINGS", Frame.settings(), nil),
    ("SETTINGS and more bytes", settings + [1, 2, 3], nil),
    ("SETTINGS with the reserved bit of the stream ID", Frame.raw(type: 4, stream: Int32.min, []), nil),
    ("HTTP/1.1", Array("HTTP/1.1 400 Bad Request\r\nx: y".utf8), "HTTP/1.1 400 Bad Request"),
    ("a long line", [UInt8](repeating: 65, count: 500), String(repeating: "A", count: 64)),
    ("an acknowledgement", Frame.settingsAck, #"\x0\x0\x0\x4\x1\x0\x0\x0\x0"#),
    ("SETTINGS on a stream", Frame.raw(type: 4, stream: 1, []), #"\x0\x0\x0\x4\x0\x0\x0\x0\x1"#),
    ("SETTINGS with an invalid length", Frame.raw(type: 4, stream: 0, [1, 2]), #"\x0\x0\x2\x4\x0\x0\x0\x0\x0\x1\x2"#),
    ("another frame", Frame.ping([65, 66, 67, 68, 69, 70, 71, 72]), #"\x0\x0\x8\x6\x0\x0\x0\x0\x0ABCDEFGH"#),
    ("a leading line break", Array("\n123456789".utf8), ""),
  ]

  @Test(arguments: cases, [1, 2, 8, 1000]) func `the result for the preface does not depend on how its bytes are split`(
    _ test: (name: String, bytes: [UInt8], refusedLine: String?), partSize: Int
  ) {
    var preface = ServerPreface()
    var released: [UInt8] = []
    var failure: StreamFailure?
    var rest = test.bytes[...]
    while !rest.isEmpty, !preface.isComplete, failure == nil {
      let part = Array(rest.prefix(partSize))
      rest = rest.dropFirst(part.count)
      do throws(StreamFailure) {
        released = try append(part, &preface) ?? []
      } catch {
        failure = error
      }
    }
    if test.refusedLine == nil {
      #expect(failure == nil && preface.isComplete && preface.failureAtEnd == nil)
      #expect(released + rest == test.bytes)
    } else if case .notHTTP2(let line) = failure {
      // The error quotes only the bytes that have arrived.
      #expect(test.refusedLine?.hasPrefix(line) ?? false)
      #expect(!preface.isComplete)
    } else {
      Issue.record("\(String(describing: failure))")
    }
  }

  private func append(_ bytes: [UInt8], _ preface: inout ServerPreface) throws(StreamFailure) -> [UInt8]? {
    let result = bytes.withUnsafeBytes { bytes -> Result<[UInt8]?, StreamFailure> in
      do throws(StreamFailure) { return .success(try preface.append(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  @Test func `the failure at the end depends on what was received`() throws {
    var preface = ServerPreface()
    guard case .connectionLost = preface.failureAtEnd else {
      Issue.record("\(String(describing: preface.failureAtEnd))")
      return
    }
    #expect(try append(Array("hi\n".utf8), &preface) == nil)
    #expect(preface.failureAtEnd == .notHTTP2("hi"))
  }
}

struct OutgoingBodyTests {
  @Test func `sent bytes are released`() {
    var body = OutgoingBody(isFinished: false)
    for round in 0..<1000 {
      _ = body.append([UInt8](repeating: 1, count: 100), trailers: nil)
      body.markSent(round == 0 ? 50 : 100)
      #expect(body.remaining == 50)
      #expect(body.bytes.count <= 400)
    }
  }

  @Test func `a deferred body is resumed when data is appended`() {
    var body = OutgoingBody(isFinished: false)
    var mustResume = [body.append([1], trailers: nil)]
    body.markSent(1)
    body.deferSending()
    mustResume.append(body.append([], trailers: [Header("a", "b")]))
    mustResume.append(body.append([], trailers: nil))
    #expect(mustResume == [false, true, false])
    #expect(body.isFinished && body.trailers == [Header("a", "b")] && body.remaining == 0)
  }
}

struct HeaderBlockTests {
  @Test func `exceeding the limit is reported once`() {
    var block = HeaderBlock()
    var admissions = [block.admit(SessionState.maximumHeaderList)]
    block.fields.append(Header("a", "b"))
    admissions.append(block.admit(1))
    #expect(block.isTooLarge && block.fields.isEmpty)
    admissions.append(block.admit(1))
    #expect(admissions == [.accepted, .overflow, .ignored])
  }
}

struct ErrorCodeTests {
  @Test func `error codes have the names of the RFC`() {
    let names = (0..<15).map { ErrorCode(rawValue: $0).description }
    #expect(names[0] == "NO_ERROR" && names[13] == "HTTP_1_1_REQUIRED" && names[14] == "HTTP/2 error 14")
    #expect(ErrorCode.cancel.description == "CANCEL")
    #expect(ErrorCode.refusedStream.description == "REFUSED_STREAM")
    #expect(ErrorCode.enhanceYourCalm.description == "ENHANCE_YOUR_CALM")
    #expect(ErrorCode.inadequateSecurity.description == "INADEQUATE_SECURITY")
  }
}
