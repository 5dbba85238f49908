internal import CRINghttp2

/// One end of an HTTP/2 connection as a value: bytes in, events and bytes out, no I/O of its own.
///
/// Source: RFC 9113, spoken by libnghttp2. The same type serves both ends, so that a test peer is the real codec.
/// A session belongs to one thread.
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

  /// Begins a session; its SETTINGS are the first bytes that it has to send.
  /// - Parameters:
  ///   - streamWindow: bytes that a peer may send on one stream before its reader takes them.
  ///   - connectionWindow: bytes in flight over all streams.
  ///   - maxConcurrentStreams: what a server allows its client.
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
      value: UInt32(SessionState.largestHeaderList))
    let other =
      role == .client
      ? nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0)
      : nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: maxConcurrentStreams)
    try session.check(nghttp2_submit_settings(session.session, noFlags, [window, list, other], 3))
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
    // Windows open when the reader has taken the bytes, so that flow control bounds what is buffered.
    nghttp2_option_set_no_auto_window_update(option, 1)
    // How much is too much is the reader's to say: what libnghttp2 holds back itself, it holds back in silence.
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20)
    // Errors' words may end in a blank: grpc-go sends it as it is, against RFC 9113, 8.2.1.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1)
    // The state outlives the session: both belong to this value.
    let user = Unmanaged.passUnretained(state).toOpaque()
    let code =
      role == .client
      ? nghttp2_session_client_new2(&session, callbacks, user, option)
      : nghttp2_session_server_new2(&session, callbacks, user, option)
    guard code == 0, let session else { throw .protocolError(Self.words(code)) }
    return session
  }

  // MARK: Bytes

  /// Takes bytes from the peer.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer) throws(StreamFailure) {
    try took(
      nghttp2_session_mem_recv(session, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count))
  }

  /// Takes bytes from the peer.
  package mutating func receive(_ bytes: [UInt8]) throws(StreamFailure) {
    try took(nghttp2_session_mem_recv(session, bytes, bytes.count))
  }

  private func took(_ code: Int) throws(StreamFailure) {
    guard code >= 0 else { throw .protocolError(state.complaint ?? Self.words(Int32(code))) }
  }

  /// Adds to `output` what is to be sent now, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) throws(StreamFailure) {
    while output.count < limit {
      var bytes: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &bytes)
      guard count >= 0 else { throw .protocolError(state.complaint ?? Self.words(Int32(count))) }
      guard count > 0, let bytes else { return }
      output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// The events since the last call. They also come from sending: our own RST_STREAM closes its stream when written.
  package mutating func takeEvents() -> [Event] {
    defer { state.events = [] }
    return state.events
  }

  /// False when the session is over and the socket can be closed.
  package var isAlive: Bool {
    nghttp2_session_want_read(session) != 0 || nghttp2_session_want_write(session) != 0
  }

  /// What libnghttp2 last found wrong with the peer, since the last call.
  package mutating func takeComplaint() -> String? {
    defer { state.complaint = nil }
    return state.complaint
  }

  // MARK: Streams

  /// Opens a stream with a whole request. Client only.
  package mutating func request(_ headers: [Header], body: [UInt8]) throws(StreamFailure) -> Int32 {
    var provider = bodyProvider()
    let id = withNameValues(headers) { nghttp2_submit_request(session, nil, $0, $1, &provider, nil) }
    try check(id)
    state.outgoing[id] = OutgoingBody(body, isFinished: true)
    return id
  }

  /// Sends response headers; with `endStream` they are all there is. Server only.
  package mutating func respond(on stream: Int32, _ headers: [Header], endStream: Bool) throws(StreamFailure) {
    if endStream {
      try check(withNameValues(headers) { nghttp2_submit_response(session, stream, $0, $1, nil) })
    } else {
      var provider = bodyProvider()
      state.outgoing[stream] = OutgoingBody(isFinished: false)
      try check(withNameValues(headers) { nghttp2_submit_response(session, stream, $0, $1, &provider) })
    }
  }

  /// Adds to the body of a response, and ends it where `trailers` are given.
  package mutating func send(on stream: Int32, _ bytes: [UInt8], trailers: [Header]? = nil)
    throws(StreamFailure)
  {
    // In place: a copy would make a stream of many small pieces quadratic.
    let wasDeferred = state.outgoing[stream]?.add(bytes, trailers: trailers) ?? false
    if wasDeferred { try check(nghttp2_session_resume_data(session, stream)) }
  }

  /// Bytes of a body that wait to be sent; nil where the stream is over.
  package func unsent(on stream: Int32) -> Int? { state.outgoing[stream]?.remaining }

  /// Ends a stream at once with RST_STREAM.
  package mutating func reset(_ stream: Int32, _ code: ErrorCode) throws(StreamFailure) {
    // The frame may wait for a peer that does not read; the body need not.
    state.outgoing[stream] = nil
    try check(nghttp2_submit_rst_stream(session, Self.noFlags, stream, code.rawValue))
  }

  /// Lets the peer send `count` more bytes on a stream: its reader has taken them.
  package mutating func consume(_ count: Int, on stream: Int32) throws(StreamFailure) {
    let code = nghttp2_session_consume_stream(session, stream, count)
    // The stream may have been closed meanwhile: nothing is owed then.
    if code != NGHTTP2_ERR_INVALID_ARGUMENT.rawValue { try check(code) }
  }

  /// The same for the connection: bytes are taken off the socket whoever reads them, so that one idle reader stops nobody.
  package mutating func consumeConnection(_ count: Int) throws(StreamFailure) {
    try check(nghttp2_session_consume_connection(session, count))
  }

  /// Asks for a sign of life; the answer comes as `.pong` with the same 8 bytes.
  package mutating func ping(_ payload: [UInt8]) throws(StreamFailure) {
    precondition(payload.count == 8, "a ping carries 8 bytes (RFC 9113, section 6.7)")
    try check(nghttp2_submit_ping(session, Self.noFlags, payload))
  }

  /// Takes no new streams and ends when the open ones are done.
  package mutating func goAway(_ code: ErrorCode = .noError) throws(StreamFailure) {
    try check(nghttp2_session_terminate_session(session, code.rawValue))
  }

  private func bodyProvider() -> nghttp2_data_provider {
    nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: readBody)
  }

  private func check(_ code: Int32) throws(StreamFailure) {
    if code < 0 { throw .protocolError(Self.words(code)) }
  }

  private static func words(_ code: Int32) -> String { String(cString: nghttp2_strerror(code)) }
}
