internal import CRISystem

/// One GET request to a server on this machine, without credentials and without redirects. It blocks the thread, up to
/// a deadline.
///
/// Source: RFC 9110 and RFC 9112. https is not supported; a connected TLS socket would replace `PlainSocket` in `connect`.
package struct Fetch {
  private let text: String
  private let userAgent: String
  private let limit: Int
  private let timeout: Duration
  private let deadline: ContinuousClock.Instant

  /// - Parameters:
  ///   - url: An `http` URL that points to this machine.
  ///   - userAgent: The value of the `User-Agent` field.
  ///   - limit: The maximum size of the document in bytes.
  ///   - timeout: The time within which the document must be complete.
  package init(_ url: String, userAgent: String, limit: Int, timeout: Duration) {
    text = url
    self.userAgent = userAgent
    self.limit = limit
    self.timeout = timeout
    deadline = .now + timeout
  }

  /// - Returns: The document.
  /// - Throws: An error if the URL does not point to this machine, or the server does not return a complete document.
  package func run() throws(FetchError) -> [UInt8] {
    let url: StreamURL
    let addresses: [SocketAddress]
    do throws(StreamingError) {
      url = try StreamURL(text)
      guard case .tcp(let host, let port) = url.address, !url.usesTLS else {
        throw StreamingError(.unsupportedTLS, "only http URLs are supported")
      }
      addresses = try StreamHosts(allowed: []).addresses(of: host, port: port, url: text)
    } catch { throw FetchError(error.reason) }
    return try exchange(try connect(to: addresses), url)
  }

  private func connect(to addresses: [SocketAddress]) throws(FetchError) -> PlainSocket {
    var reasons: [String] = []
    for address in addresses {
      do throws(Errno) {
        let socket = PlainSocket(try TCPSocket.connect(to: address))
        while !(try isReady(socket, write: true)) { try checkTime() }
        guard let error = try socket.connectionError() else { return socket }
        reasons.append("\(address): \(error)")
      } catch { reasons.append("\(address): \(error)") }
    }
    throw FetchError("cannot connect to \(reasons.joined(separator: ", "))")
  }

  private func exchange(_ socket: PlainSocket, _ url: StreamURL) throws(FetchError) -> [UInt8] {
    var pipe = StreamPipe(socket)
    // The target and the host contain neither spaces nor control characters, because StreamURL rejects those.
    let lines = [
      "GET \(url.target) HTTP/1.1", "Host: \(url.host)", "User-Agent: \(userAgent)", "Accept: application/json",
      "Connection: close", "", "",
    ]
    pipe.output = Array(lines.joined(separator: "\r\n").utf8)
    var reader = FetchReader(limit: limit)
    while true {
      let isWritten = pipe.flush()
      let isReady: Bool
      do throws(Errno) {
        try checkTime()
        isReady = try self.isReady(socket, write: !isWritten)
      } catch {
        throw FetchError(error == .timedOut ? "no complete response within \(timeout)" : "poll: \(error)")
      }
      guard isReady else { continue }
      switch pipe.read() {
      case .nothing: break
      case .bytes(let bytes): if let document = try reader.receive(bytes) { return document }
      case .end: return try reader.end()
      }
    }
  }

  private func checkTime() throws(Errno) {
    if ContinuousClock.now >= deadline { throw .timedOut }
  }

  private func isReady(_ socket: PlainSocket, write: Bool) throws(Errno) -> Bool {
    let ready = try Poll.wait(
      [(socket.number, true, write)], timeout: max(.zero, deadline - ContinuousClock.now))
    return ready[0].readable || ready[0].writable
  }
}
