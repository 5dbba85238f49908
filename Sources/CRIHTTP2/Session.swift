internal import CRINghttp2

/// One end of an HTTP/2 connection (RFC 9113), implemented by libnghttp2. It performs no I/O: it takes bytes, and
/// returns events and bytes to send.
///
/// The same type serves as client and as server. A session must be used on one thread.
package struct Session: ~Copyable {
  package enum Role: Sendable { case client, server }

  private let session: OpaquePointer
  private let state: SessionState
  package let role: Role
  private static var noFlags: UInt8 { UInt8(NGHTTP2_FLAG_NONE.rawValue) }

  private init(session: OpaquePointer, state: SessionState, role: Role) {
    self.session = session
    self.state = state
    self.role = role
  }

  /// Creates a session. The SETTINGS frame is the first output of `send(into:)`.
  /// - Parameters:
  ///   - streamWindow: The maximum number of unconsumed bytes that the peer may have sent on one stream.
  ///   - connectionWindow: The maximum number of unconsumed bytes that the peer may have sent on all streams together.
  ///   - maxConcurrentStreams: The number of streams that a server allows its client to open at the same time.
  /// - Throws: `.protocolError` if memory runs out.
  package static func open(
    role: Role, streamWindow: Int32 = 4 << 20, connectionWindow: Int32 = 64 << 20,
    maxConcurrentStreams: UInt32 = 1 << 16
  ) throws(StreamFailure) -> Session {
    let state = SessionState()
    let session = Session(session: try make(role: role, state: state), state: state, role: role)
    let window = nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(streamWindow))
    let list = nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
      value: UInt32(SessionState.maximumHeaderList))
    let other =
      role == .client
      ? nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0)
      : nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: maxConcurrentStreams)
    try session.check(nghttp2_submit_settings(session.session, noFlags, [window, list, other], 3))
    state.unacknowledgedSettings = 1
    try session.check(nghttp2_session_set_local_window_size(session.session, noFlags, 0, connectionWindow))
    return session
  }

  deinit { nghttp2_session_del(session) }

  private static func make(role: Role, state: SessionState) throws(StreamFailure) -> OpaquePointer {
    var callbacks: OpaquePointer?
    var option: OpaquePointer?
    var session: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks, nghttp2_option_new(&option) == 0,
      let option
    else { throw .protocolError("out of memory") }
    defer {
      nghttp2_session_callbacks_del(callbacks)
      nghttp2_option_del(option)
    }
    installCallbacks(callbacks)
    // Return credit only for bytes that were consumed, so that flow control bounds the memory for received data.
    nghttp2_option_set_no_auto_window_update(option, 1)
    // Let the receiver check the size of our headers: libnghttp2 drops oversized ones without reporting an error.
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20)
    // Accept values that end in a space: grpc-go sends such error messages, in violation of RFC 9113, section 8.2.1.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1)
    // The state lives at least as long as the session, because this value owns both.
    let user = Unmanaged.passUnretained(state).toOpaque()
    let code =
      role == .client
      ? nghttp2_session_client_new2(&session, callbacks, user, option)
      : nghttp2_session_server_new2(&session, callbacks, user, option)
    guard code == 0, let session else { throw .protocolError(Self.errorMessage(code)) }
    return session
  }

  // MARK: Bytes

  /// Processes bytes from the peer.
  /// - Throws: `.protocolError` if the peer violated HTTP/2. The session cannot be used afterwards.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer) throws(StreamFailure) {
    try checkReceived(
      nghttp2_session_mem_recv(session, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count))
  }

  /// Processes bytes from the peer.
  /// - Throws: `.protocolError` if the peer violated HTTP/2. The session cannot be used afterwards.
  package mutating func receive(_ bytes: [UInt8]) throws(StreamFailure) {
    try checkReceived(nghttp2_session_mem_recv(session, bytes, bytes.count))
  }

  private func checkReceived(_ code: Int) throws(StreamFailure) {
    guard code >= 0 else { throw .protocolError(state.lastError ?? Self.errorMessage(Int32(code))) }
  }

  /// Appends to `output` the bytes to send next, about `limit` bytes at most.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) throws(StreamFailure) {
    while output.count < limit {
      var bytes: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &bytes)
      guard count >= 0 else { throw .protocolError(state.lastError ?? Self.errorMessage(Int32(count))) }
      guard count > 0, let bytes else { return }
      output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// Removes and returns the events since the last call. Sending produces events too: writing an RST_STREAM frame
  /// closes its stream.
  package mutating func takeEvents() -> [Event] {
    defer { state.events = [] }
    return state.events
  }

  /// Whether the session is open. If not, the socket can be closed.
  package var isAlive: Bool {
    nghttp2_session_want_read(session) != 0 || nghttp2_session_want_write(session) != 0
  }

  /// Removes and returns libnghttp2's message about the peer's most recent violation since the last call.
  package mutating func takeLastError() -> String? {
    defer { state.lastError = nil }
    return state.lastError
  }

  // MARK: Streams

  /// Opens a stream and sends a complete request. Client only.
  /// - Returns: The ID of the stream.
  /// - Throws: `.protocolError` if there are no stream IDs left.
  package mutating func request(_ headers: [Header], body: [UInt8]) throws(StreamFailure) -> Int32 {
    var provider = bodyProvider()
    let id = withNameValues(headers) { nghttp2_submit_request(session, nil, $0, $1, &provider, nil) }
    try check(id)
    state.outgoing[id] = OutgoingBody(body, isFinished: true)
    return id
  }

  /// Sends response headers. With `endStream`, they are the complete response. Server only.
  package mutating func respond(on stream: Int32, _ headers: [Header], endStream: Bool) throws(StreamFailure) {
    if endStream {
      try check(withNameValues(headers) { nghttp2_submit_response(session, stream, $0, $1, nil) })
    } else {
      var provider = bodyProvider()
      state.outgoing[stream] = OutgoingBody(isFinished: false)
      try check(withNameValues(headers) { nghttp2_submit_response(session, stream, $0, $1, &provider) })
    }
  }

  /// Appends to the body of a response and, if `trailers` are given, completes it. Server only.
  package mutating func send(on stream: Int32, _ bytes: [UInt8], trailers: [Header]? = nil)
    throws(StreamFailure)
  {
    // Modify the body in place: copying it would take quadratic time for many small parts.
    let wasDeferred = state.outgoing[stream]?.append(bytes, trailers: trailers) ?? false
    if wasDeferred { try check(nghttp2_session_resume_data(session, stream)) }
  }

  /// The number of bytes of a body that have not been sent; nil if the stream is closed.
  package func unsent(on stream: Int32) -> Int? { state.outgoing[stream]?.remaining }

  /// Resets a stream with RST_STREAM.
  package mutating func reset(_ stream: Int32, _ code: ErrorCode) throws(StreamFailure) {
    // Release the body now: the frame may have to wait for a peer that does not read.
    state.outgoing[stream] = nil
    try check(nghttp2_submit_rst_stream(session, Self.noFlags, stream, code.rawValue))
  }

  /// Returns flow-control credit for `count` consumed bytes of a stream to the peer.
  package mutating func consume(_ count: Int, on stream: Int32) throws(StreamFailure) {
    let code = nghttp2_session_consume_stream(session, stream, count)
    // A stream that was closed in the meantime needs no credit.
    if code != NGHTTP2_ERR_INVALID_ARGUMENT.rawValue { try check(code) }
  }

  /// Returns flow-control credit for `count` bytes of the connection to the peer. It is returned as soon as bytes are
  /// read from the socket, so that one slow stream does not block the others.
  package mutating func consumeConnection(_ count: Int) throws(StreamFailure) {
    try check(nghttp2_session_consume_connection(session, count))
  }

  /// Sends a PING. The acknowledgement arrives as a `.pong` event with the same payload of 8 bytes.
  package mutating func ping(_ payload: [UInt8]) throws(StreamFailure) {
    precondition(payload.count == 8, "the payload of a PING has 8 bytes (RFC 9113, section 6.7)")
    try check(nghttp2_submit_ping(session, Self.noFlags, payload))
  }

  /// Sends SETTINGS that change nothing, which the peer must acknowledge (RFC 9113, section 6.5.3).
  package mutating func sendEmptySettings() throws(StreamFailure) {
    try check(nghttp2_submit_settings(session, Self.noFlags, nil, 0))
    state.unacknowledgedSettings += 1
  }

  /// The number of SETTINGS frames that the peer has not acknowledged yet.
  package var unacknowledgedSettings: Int { state.unacknowledgedSettings }

  /// Sends GOAWAY. The session refuses new streams and closes when the open ones have ended.
  package mutating func goAway(_ code: ErrorCode = .noError) throws(StreamFailure) {
    try check(nghttp2_session_terminate_session(session, code.rawValue))
  }

  private func bodyProvider() -> nghttp2_data_provider {
    nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: readBody)
  }

  private func check(_ code: Int32) throws(StreamFailure) {
    if code < 0 { throw .protocolError(Self.errorMessage(code)) }
  }

  private static func errorMessage(_ code: Int32) -> String { String(cString: nghttp2_strerror(code)) }
}
