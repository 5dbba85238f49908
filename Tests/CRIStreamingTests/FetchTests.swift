import CRISystem
import TestSupport
import Testing

@testable import CRIStreaming

/// Requests for a document from a server on this machine.
@Suite struct FetchTests {
  private static func fetch(
    _ url: String, limit: Int = 1 << 10, timeout: Duration = .seconds(20)
  ) async -> Result<[UInt8], FetchError> {
    await onThread {
      do throws(FetchError) {
        return .success(try Fetch(url, userAgent: "cri/1", limit: limit, timeout: timeout).run())
      } catch { return .failure(error) }
    }
  }

  private static func reason(_ result: Result<[UInt8], FetchError>) -> String {
    if case .failure(let error) = result { error.reason } else { "it succeeded" }
  }

  @Test(arguments: [
    "Content-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n\r\nhello and more", "\r\nhello",
    "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
  ])
  func `a document is read in each form that HTTP has`(rest: String) async throws {
    for interim in ["", "HTTP/1.1 103 Early Hints\r\n\r\n"] {
      let server = try LoopbackServer(Array("\(interim)HTTP/1.1 200 OK\r\n\(rest)".utf8))
      let result = await Self.fetch("http://127.0.0.1:\(server.port)/pods?x=1")
      #expect(try result.get() == Array("hello".utf8))
    }
  }

  @Test func `the request has the path and the host, and no credentials`() async throws {
    let server = try LoopbackServer(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
    #expect(try await Self.fetch("http://localhost:\(server.port)/pods?x=1").get() == [])
    #expect(
      server.requests == [
        "GET /pods?x=1 HTTP/1.1\r\nHost: localhost:\(server.port)\r\nUser-Agent: cri/1\r\nAccept: application/json\r\n"
          + "Connection: close\r\n\r\n"
      ])
  }

  @Test(arguments: [
    ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\nUnauthorized", "(HTTP status 401): Unauthorized"),
    ("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", "(HTTP status 400): Client"),
    ("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n", "redirects to http://192.0.2.1/"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "in the middle of its response"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "in the middle of its response"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!", "the chunks of the response are malformed"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "the chunks of the response are malformed"),
    ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "switches to a different protocol"),
    (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 20), "only interim responses"),
    ("HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 20_000), "head of the response is larger"),
    ("\u{15}\u{3}\u{3}", "does not speak HTTP/1.1"), ("", "closed the connection before its response"),
    ("HTTP/1.1 2000 OK\r\n\r\n", "does not speak HTTP/1.1"),
  ])
  func `any other response is an error that says what happened`(response: String, words: String) async throws {
    let server = try LoopbackServer(Array(response.utf8))
    let reason = Self.reason(await Self.fetch("http://127.0.0.1:\(server.port)/"))
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func `a token is not sent without encryption`() async throws {
    let server = try LoopbackServer(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
    let url = "http://127.0.0.1:\(server.port)/pods"
    await onThread {
      let error = #expect(throws: FetchError.self) {
        try Fetch(url, userAgent: "cri/1", token: "secret", limit: 100, timeout: .seconds(20)).run()
      }
      #expect(error?.reason == "a token is sent only over https")
    }
    #expect(server.requests.isEmpty)
  }

  @Test func `no connection is made to a port that the caller refuses`() async throws {
    let server = try LoopbackServer(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
    let url = "http://127.0.0.1:\(server.port)/pods"
    await onThread {
      let error = #expect(throws: FetchError.self) {
        try Fetch(url, userAgent: "cri/1", limit: 100, timeout: .seconds(20), refusal: { "not port \($0)" }).run()
      }
      #expect(error?.reason == "not port \(server.port)")
    }
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    "Content-Length: 101\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n",
    "Content-Length: 9223372036854775807\r\n\r\n",
  ])
  func `a document over the limit is refused without reading the rest`(head: String) async throws {
    let body = String(repeating: "x", count: 101)
    let server = try LoopbackServer(Array("HTTP/1.1 200 OK\r\n\(head)\(body)".utf8), closes: false)
    let reason = Self.reason(await Self.fetch("http://127.0.0.1:\(server.port)/", limit: 100))
    #expect(reason == "the response is larger than 100 bytes")
  }

  @Test(arguments: [
    "Content-Length: 5\r\n\r\nhello", "\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  ])
  func `a document of exactly the limit is read, in pieces of any size`(rest: String) throws {
    let response = Array("HTTP/1.1 200 OK\r\n\(rest)".utf8)
    for size in [1, 7, response.count] {
      var reader = FetchReader(limit: 5)
      var body: [UInt8]?
      for piece in response.split(size) where body == nil { body = try reader.receive(piece) }
      #expect(try body ?? reader.end() == Array("hello".utf8), "\(size)")
    }
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"])
  func `a request fails at the timeout if the server stops sending`(response: String) async throws {
    let server = try LoopbackServer(Array(response.utf8), closes: false)
    let result = await Self.fetch("http://127.0.0.1:\(server.port)/", timeout: .milliseconds(200))
    #expect(Self.reason(result).hasPrefix("no complete response within"), "\(result)")
  }

  @Test(arguments: [
    ("http://192.0.2.7:10255/pods", "192.0.2.7 is not an address of this machine"),
    ("http://kubelet.example.org/pods", "kubelet.example.org is not an address of this machine"),
    ("https://127.0.0.1:10250/pods", "the URL requires TLS"),
    ("http+unix://%2Frun%2Fx.sock/pods", "only http and https URLs are supported"),
    ("http://user:secret@127.0.0.1/pods", "it contains a user name"), ("ftp://127.0.0.1/", "the scheme ftp"),
    ("http://127.0.0.1:1/pods", "cannot connect to 127.0.0.1:1: "),
  ])
  func `a request connects only to servers on this machine`(url: String, words: String) async {
    let reason = Self.reason(await Self.fetch(url))
    #expect(reason.contains(words), "\(reason)")
  }
}
