internal import CRISystem

/// The thread of a `DocumentServer`.
final class DocumentServerLoop: Sendable {
  private static let readSize = 4096

  private let listener: Descriptor
  private let handler: DocumentServer.Handler
  private let wake: WakePipe

  init(_ listener: consuming Descriptor, handler: @escaping DocumentServer.Handler) throws(Errno) {
    wake = try WakePipe()
    self.listener = listener
    self.handler = handler
  }

  func stop() { wake.wake() }

  /// Serves until `stop` is called.
  func run() {
    var connections: [Connection] = []
    while true {
      connections.removeAll { $0.isFinished || $0.deadline <= .now }
      let hasRoom = connections.count < DocumentServer.maximumConnections
      let interests =
        [(wake.descriptor, true, false), (hasRoom ? listener.rawValue : -1, true, false)]
        + connections.map { ($0.socket.rawValue, $0.output == nil, $0.output != nil) }
      let end = connections.map(\.deadline).min()
      guard let ready = try? Poll.wait(interests, timeout: end.map { max($0 - .now, .zero) }) else {
        // The kernel has no memory at the moment.
        Thread.sleep(.milliseconds(100))
        continue
      }
      if ready[0].readable { return }
      for (connection, state) in zip(connections, ready.dropFirst(2)) where state.readable || state.writable {
        connection.proceed(handler)
      }
      guard ready[1].readable else { continue }
      do throws(Errno) {
        if let socket = try UnixSocket.accept(on: listener) { connections.append(Connection(socket)) }
      } catch {
        // The process has run out of descriptors; some become available when connections end.
        Thread.sleep(.milliseconds(10))
      }
    }
  }

  /// A connection, with a single request.
  private final class Connection {
    let socket: Descriptor
    let deadline = ContinuousClock.now + DocumentServer.timeLimit
    private var head = HTTPHeadReader()
    private(set) var isFinished = false
    /// The response; nil until the request is complete.
    private(set) var output: [UInt8]?
    private var sent = 0

    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// Reads or writes as much as possible without blocking.
    func proceed(_ handler: DocumentServer.Handler) {
      do throws(Errno) {
        if output == nil { try read(handler) }
        if output != nil { try write() }
      } catch {
        isFinished = true
      }
    }

    private func read(_ handler: DocumentServer.Handler) throws(Errno) {
      guard let bytes = try socket.readBytes(DocumentServerLoop.readSize) else { return }
      if bytes.isEmpty {
        isFinished = true
        return
      }
      do throws(UpgradeFailure) {
        guard let (head, _) = try head.receive(bytes) else { return }
        output = DocumentServerLoop.respond(to: head, handler)
      } catch {
        output = DocumentServerLoop.bytes(of: DocumentServer.Response(.badRequest, "bad request"), hasBody: true)
      }
    }

    private func write() throws(Errno) {
      guard let output else { return }
      while sent < output.count {
        guard let count = try socket.send(output, from: sent) else { return }
        sent += count
      }
      socket.finishWriting()
      isFinished = true
    }
  }

  private static func respond(to head: HTTPHead, _ handler: DocumentServer.Handler) -> [UInt8] {
    let words = head.startLine.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
      return bytes(of: DocumentServer.Response(.badRequest, "bad request"), hasBody: true)
    }
    guard words[0] == "GET" || words[0] == "HEAD" else {
      return bytes(of: DocumentServer.Response(.methodNotAllowed, "only GET and HEAD"), hasBody: true)
    }
    let path = String(words[1].prefix { $0 != "?" })
    let response = handler(
      DocumentServer.Request(path: path, host: head.fields["host"], accept: head.fields["accept"] ?? ""))
    return bytes(of: response, hasBody: words[0] == "GET")
  }

  private static func bytes(of response: DocumentServer.Response, hasBody: Bool) -> [UInt8] {
    let head =
      "HTTP/1.1 \(response.status.rawValue) \(response.status.reason)\r\nContent-Type: \(response.type)\r\n"
      + "Content-Length: \(response.body.count)\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
      + "Connection: close\r\n\r\n"
    return Array(head.utf8) + (hasBody ? response.body : [])
  }
}
