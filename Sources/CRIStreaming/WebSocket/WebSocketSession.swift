/// One end of a WebSocket connection after its handshake. It converts bytes to events and events to bytes, without I/O.
///
/// Source: RFC 6455, sections 5 to 7. The same type is used for both ends. Extensions are not supported. A session
/// belongs to a single thread. After `receive` has thrown, `send` still returns a Close frame; then close the
/// connection.
///
/// Messages are never fragmented: `golang.org/x/net/websocket`, which containerd and CRI-O use, returns each fragment
/// to its reader as a separate message.
package struct WebSocketSession: ~Copyable {
  package enum Role: Sendable { case client, server }

  private struct Frame {
    var header: WebSocketFrameHeader
    /// The number of bytes of the payload that have been read.
    var read = 0
  }

  private struct Message {
    let kind: WebSocketMessageKind
    var length = 0
    var text = UTF8Validator()
    var isFirst = true
  }

  package let role: Role
  /// The maximum size in bytes of one message with all its fragments.
  let maximumMessage: Int
  /// An incomplete header or control frame.
  private var partial: [UInt8] = []
  private var frame: Frame?
  private var message: Message?
  private var events: [WebSocketEvent] = []
  private var failure: WebSocketFailure?

  /// Only the newest ping gets a response (RFC 6455, section 5.5.3), so that a flood of pings does not take up memory.
  private var pendingPong: [UInt8]?
  private var pendingPing: [UInt8]?
  private var pendingClose: [UInt8]?
  private var hasSentClose = false
  private var isClosedByPeer = false

  package init(role: Role, maximumMessage: Int = 32 << 20) {
    self.role = role
    self.maximumMessage = maximumMessage
  }

  // MARK: Bytes

  /// Adds bytes from the peer. Bytes after a Close frame are ignored.
  package mutating func receive(_ bytes: [UInt8]) throws(WebSocketFailure) {
    if let failure { throw failure }
    do throws(WebSocketFailure) {
      var rest = bytes[...]
      while !isClosedByPeer, try step(&rest) {}
    } catch {
      failure = error
      enqueueClose(error.closeCode, "")
      throw error
    }
  }

  /// Appends the queued control frames to `output`.
  package mutating func send(into output: inout [UInt8]) {
    guard !hasSentClose else { return }
    if let payload = pendingPong { write(.pong, payload, into: &output) }
    if let payload = pendingPing { write(.ping, payload, into: &output) }
    if let payload = pendingClose { write(.close, payload, into: &output) }
    hasSentClose = pendingClose != nil
    (pendingPong, pendingPing) = (nil, nil)
  }

  /// Appends one message to `output`, unless the connection is being closed.
  package mutating func send(_ kind: WebSocketMessageKind, _ payload: [UInt8], into output: inout [UInt8]) {
    guard isOpen else { return }
    write(kind == .text ? .text : .binary, payload, into: &output)
  }

  /// Returns the events since the last call.
  package mutating func takeEvents() -> [WebSocketEvent] {
    defer { events = [] }
    return events
  }

  /// Whether messages can be sent.
  package var isOpen: Bool { pendingClose == nil }

  /// False if both ends have sent their Close frame, or the peer has violated the protocol.
  package var isAlive: Bool { failure == nil && !(isClosedByPeer && hasSentClose) }

  /// Sends a ping; the response is a `.pong` with the same bytes, at most 125.
  package mutating func ping(_ payload: [UInt8] = []) {
    pendingPing = Array(payload.prefix(125))
  }

  /// Begins to close the connection; a `.closed` event follows.
  package mutating func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    enqueueClose(code, reason)
  }

  // MARK: Frames

  /// Reads one header, or one piece of a payload.
  /// - Returns: false if there are not enough bytes.
  private mutating func step(_ rest: inout ArraySlice<UInt8>) throws(WebSocketFailure) -> Bool {
    guard let frame else { return try readHeader(&rest) }
    let left = frame.header.length - frame.read
    guard left == 0 || !rest.isEmpty else { return false }
    var piece = Array(rest.prefix(left))
    rest = rest.dropFirst(piece.count)
    if let mask = frame.header.mask { WebSocketSession.apply(mask, from: frame.read, to: &piece) }
    self.frame?.read += piece.count
    let isLast = piece.count == left
    if frame.header.opcode.isControl {
      partial += piece
      if isLast { try control(frame.header.opcode, partial) }
    } else {
      try data(piece, isLastOfMessage: isLast && frame.header.isFinal)
    }
    if isLast {
      partial = []
      self.frame = nil
    }
    return true
  }

  private mutating func readHeader(_ rest: inout ArraySlice<UInt8>) throws(WebSocketFailure) -> Bool {
    while true {
      if let (header, _) = try WebSocketFrameHeader.parse(partial) {
        partial = []
        try begin(header)
        return true
      }
      guard let byte = rest.popFirst() else { return false }
      partial.append(byte)
    }
  }

  private mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketFailure) {
    // RFC 6455, section 5.1: only clients mask, and they always do.
    guard (header.mask != nil) == (role == .server) else {
      throw .protocolError(role == .server ? "a frame is not masked" : "a frame is masked")
    }
    switch header.opcode {
    case .text, .binary:
      guard message == nil else { throw .protocolError("a message begins inside another one") }
      message = Message(kind: header.opcode == .text ? .text : .binary)
    case .continuation:
      guard message != nil else { throw .protocolError("a continuation without a message") }
    case .close, .ping, .pong: break
    }
    if !header.opcode.isControl {
      guard header.length <= maximumMessage - (message?.length ?? 0) else {
        throw .messageTooLarge(limit: maximumMessage)
      }
      message?.length += header.length
    }
    frame = Frame(header: header)
  }

  private mutating func data(_ piece: [UInt8], isLastOfMessage: Bool) throws(WebSocketFailure) {
    guard let current = message else { return }
    if current.kind == .text {
      guard message?.text.accept(piece) == true, !isLastOfMessage || message?.text.isComplete == true else {
        throw .invalidUTF8
      }
    }
    message?.isFirst = false
    if isLastOfMessage { message = nil }
    // An empty piece matters only at the beginning or end of a message.
    guard !piece.isEmpty || current.isFirst || isLastOfMessage else { return }
    events.append(.message(current.kind, piece, isFirst: current.isFirst, isLast: isLastOfMessage))
  }

  private mutating func control(_ opcode: WebSocketOpcode, _ payload: [UInt8]) throws(WebSocketFailure) {
    switch opcode {
    case .ping: pendingPong = payload
    case .pong: events.append(.pong(payload))
    case .close: try closedByPeer(payload)
    case .continuation, .text, .binary: break
    }
  }

  /// RFC 6455, sections 5.5.1 and 7.1.5.
  private mutating func closedByPeer(_ payload: [UInt8]) throws(WebSocketFailure) {
    var code: WebSocketCloseCode?
    var reason = UTF8Validator()
    if !payload.isEmpty {
      guard payload.count >= 2 else { throw .protocolError("a Close frame has only one byte") }
      let receivedCode = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
      guard receivedCode.isAllowedInFrame else { throw .protocolError("close code \(receivedCode.rawValue)") }
      guard reason.accept(payload[2...]), reason.isComplete else { throw .invalidUTF8 }
      code = receivedCode
    }
    isClosedByPeer = true
    if pendingClose == nil { pendingClose = Array(payload.prefix(2)) }
    events.append(.closed(code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self)))
  }

  private mutating func enqueueClose(_ code: WebSocketCloseCode, _ reason: String) {
    guard pendingClose == nil else { return }
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
    for character in reason where payload.count + character.utf8.count <= 125 { payload += character.utf8 }
    pendingClose = payload
  }

  private func write(_ opcode: WebSocketOpcode, _ payload: [UInt8], into output: inout [UInt8]) {
    // The mask must be unpredictable (RFC 6455, section 10.3).
    let mask = role == .client ? UInt32.random(in: 0...UInt32.max).bigEndianBytes : nil
    WebSocketFrameHeader(opcode: opcode, mask: mask, length: payload.count).encode(into: &output)
    var payload = payload
    if let mask { WebSocketSession.apply(mask, from: 0, to: &payload) }
    output += payload
  }

  /// RFC 6455, section 5.3. The same operation masks and unmasks.
  private static func apply(_ mask: [UInt8], from offset: Int, to bytes: inout [UInt8]) {
    let rotated = (0..<4).map { mask[(offset + $0) & 3] }
    for index in bytes.indices { bytes[index] ^= rotated[index & 3] }
  }
}
