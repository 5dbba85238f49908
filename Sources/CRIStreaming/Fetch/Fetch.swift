internal import CRISystem

/// One GET request to a server on this machine. It does not follow redirects, and blocks the thread until the
/// response is complete or the deadline has passed.
///
/// Source: RFC 9110 and RFC 9112.
package struct Fetch {
  private let urlText: String
  private let userAgent: String
  private let token: String?
  private let tls: (any TLSProvider)?
  private let limit: Int
  private let timeout: Duration
  private let deadline: ContinuousClock.Instant
  private let refusal: (_ port: UInt16) -> String?

  /// - Parameters:
  ///   - url: An `http` or `https` URL that points to this machine.
  ///   - userAgent: The value of the `User-Agent` field.
  ///   - token: A bearer token (RFC 6750), which is sent only over https.
  ///   - tls: The TLS implementation for `https` URLs.
  ///   - limit: The maximum size of the document in bytes.
  ///   - timeout: The time within which the document must be complete.
  ///   - refusal: Returns the reason why no request may be sent to the port; nil if one may be sent. It is called before
  ///     the connection is made.
  package init(
    _ url: String, userAgent: String, token: String? = nil, tls: (any TLSProvider)? = nil, limit: Int,
    timeout: Duration,
    refusal: @escaping (_ port: UInt16) -> String? = { _ in nil }
  ) {
    urlText = url
    self.userAgent = userAgent
    self.token = token
    self.tls = tls
    self.limit = limit
    self.timeout = timeout
    deadline = .now + timeout
    self.refusal = refusal
  }

  /// - Returns: The document.
  /// - Throws: An error if the URL does not point to this machine, or the server does not return a complete document.
  package func run() throws(FetchError) -> [UInt8] {
    let url: StreamURL
    let host: String
    let addresses: [SocketAddress]
    do throws(StreamingError) {
      url = try StreamURL(urlText)
      guard case .tcp(let name, let port) = url.address else {
        throw StreamingError(.invalidURL, "only http and https URLs are supported", url: urlText)
      }
      host = name
      addresses = try StreamHosts(allowed: []).addresses(of: host, port: port, url: urlText)
      if let reason = refusal(port) { throw StreamingError(.hostNotAllowed(host), reason, url: urlText) }
    } catch { throw FetchError(error.reason) }
    guard url.usesTLS else {
      if token != nil { throw FetchError("a token is sent only over https") }
      return try exchange(try connect(to: addresses), url)
    }
    guard let tls else { throw FetchError("the URL requires TLS") }
    let engine: any TLSEngine
    do throws(TLSFailure) { engine = try tls.makeEngine(host: host) } catch { throw FetchError(error) }
    let socket = TLSSocket(try connect(to: addresses), engine)
    try handshake(socket)
    return try exchange(socket, url)
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

  private func handshake(_ socket: TLSSocket) throws(FetchError) {
    while true {
      let progress: TLSSocket.Handshake
      do throws(SocketFailure) { progress = try socket.handshake() } catch {
        if case .tls(let failure) = error { throw FetchError(failure) }
        throw FetchError("the TLS handshake failed: \(error)")
      }
      do throws(Errno) {
        try checkTime()
        switch progress {
        case .complete: return
        case .waits(let write): _ = try isReady(socket, write: write)
        case .continues: break
        }
      } catch { throw failure(error) }
    }
  }

  private func failure(_ error: Errno) -> FetchError {
    FetchError(error == .timedOut ? "no complete response within \(timeout)" : "poll: \(error)")
  }

  private func exchange(_ socket: any StreamSocket, _ url: StreamURL) throws(FetchError) -> [UInt8] {
    var pipe = StreamPipe(socket)
    // The target and the host contain neither spaces nor control characters, because StreamURL rejects those.
    var lines = [
      "GET \(url.target) HTTP/1.1", "Host: \(url.host)", "User-Agent: \(userAgent)", "Accept: application/json",
    ]
    if let token { lines.append("Authorization: Bearer \(token)") }
    lines += ["Connection: close", "", ""]
    pipe.output = Array(lines.joined(separator: "\r\n").utf8)
    var reader = FetchReader(limit: limit)
    while true {
      let isWritten = pipe.flush()
      let isReady: Bool
      do throws(Errno) {
        try checkTime()
        isReady = try self.isReady(socket, write: !isWritten)
      } catch { throw failure(error) }
      guard isReady else { continue }
      switch pipe.read() {
      case .nothing: break
      case .bytes(let bytes): if let document = try reader.receive(bytes) { return document }
      case .end:
        // With TLS 1.3, a server rejects a client's certificate only after the handshake.
        if let failure = pipe.tlsFailure { throw FetchError(failure) }
        return try reader.end()
      }
    }
  }

  private func checkTime() throws(Errno) {
    if ContinuousClock.now >= deadline { throw .timedOut }
  }

  private func isReady(_ socket: any StreamSocket, write: Bool) throws(Errno) -> Bool {
    let ready = try Poll.wait(
      [(socket.number, true, write)], timeout: max(.zero, deadline - ContinuousClock.now))
    return ready[0].readable || ready[0].writable
  }
}
