// swift-format-ignore-file: NeverForceUnwrap
// libnghttp2 guarantees that the pointers it passes to these callbacks are not null.
internal import CRINghttp2

/// The state that the C callbacks write to. It has a stable address, which a `Session` value does not.
final class SessionState {
  /// The largest accepted header block, in bytes as RFC 9113, section 6.5.2, counts them. libnghttp2 has no limit, and
  /// a few bytes of HPACK can expand to megabytes.
  static let maximumHeaderList = 64 << 10

  var events: [Event] = []
  var outgoing = StreamMap<OutgoingBody>()
  /// The header blocks that are incomplete, by stream.
  var headers = StreamMap<HeaderBlock>()
  /// The stream of the RST_STREAM frame that is being processed. libnghttp2 closes it next.
  var resetting: Int32?
  /// libnghttp2's message for the last violation by the peer.
  var lastError: String?
  /// The number of our SETTINGS frames that the peer has not acknowledged.
  var unacknowledgedSettings = 0

  static func of(_ user: UnsafeMutableRawPointer?) -> SessionState {
    // This is the pointer that `Session.make` passed to libnghttp2.
    Unmanaged<SessionState>.fromOpaque(user!).takeUnretainedValue()
  }
}

/// Calls `body` with the fields as libnghttp2 expects them. libnghttp2 copies names and values.
func withNameValues<R>(_ headers: [Header], _ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
  var bytes: [UInt8] = []
  var ranges: [(name: Range<Int>, value: Range<Int>)] = []
  for header in headers {
    let start = bytes.count
    bytes += header.name.utf8
    let middle = bytes.count
    bytes += header.value.utf8
    ranges.append((start..<middle, middle..<bytes.count))
  }
  return bytes.withUnsafeMutableBufferPointer { buffer in
    // libnghttp2 requires a non-null pointer even for an empty block.
    let base = buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 1)!
    let fields = ranges.map { range in
      nghttp2_nv(
        name: base + range.name.lowerBound, value: base + range.value.lowerBound, namelen: range.name.count,
        valuelen: range.value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
    }
    return fields.withUnsafeBufferPointer { body($0.baseAddress!, $0.count) }
  }
}

/// Registers the callbacks with libnghttp2. None of them fails: each one only records an event.
func installCallbacks(_ callbacks: OpaquePointer) {
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
  nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame)
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData)
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onClose)
  nghttp2_session_callbacks_set_error_callback2(callbacks, onError)
}

private func onBeginHeaders(
  _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, user: UnsafeMutableRawPointer?
) -> Int32 {
  SessionState.of(user).headers[frame!.pointee.hd.stream_id] = HeaderBlock()
  return 0
}

private func onHeader(
  _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, name: UnsafePointer<UInt8>?, nameLength: Int,
  value: UnsafePointer<UInt8>?, valueLength: Int, _: UInt8, user: UnsafeMutableRawPointer?
) -> Int32 {
  let state = SessionState.of(user)
  let stream = frame!.pointee.hd.stream_id
  let size = nameLength + valueLength + 32
  switch state.headers[stream]?.admit(size) {
  case .accepted:
    state.headers[stream]?.fields.append(
      Header(
        String(decoding: UnsafeBufferPointer(start: name, count: nameLength), as: UTF8.self),
        String(decoding: UnsafeBufferPointer(start: value, count: valueLength), as: UTF8.self)))
  case .overflow:
    let reason = "the header fields exceed \(SessionState.maximumHeaderList) bytes"
    state.events.append(.malformed(stream: stream, reason))
  case .ignored, nil: break
  }
  return 0
}

private func onFrame(_: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, user: UnsafeMutableRawPointer?)
  -> Int32
{
  let state = SessionState.of(user)
  let frame = frame!.pointee
  let stream = frame.hd.stream_id
  let endStream = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
  switch UInt32(frame.hd.type) {
  case NGHTTP2_HEADERS.rawValue:
    if let block = state.headers.removeValue(of: stream), !block.isTooLarge {
      state.events.append(.headers(stream: stream, block.fields, endStream: endStream))
    }
    if endStream { state.events.append(.endStream(stream: stream)) }
  case NGHTTP2_DATA.rawValue:
    if endStream { state.events.append(.endStream(stream: stream)) }
  case NGHTTP2_RST_STREAM.rawValue: state.resetting = stream
  case NGHTTP2_SETTINGS.rawValue where frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
    state.unacknowledgedSettings -= 1
  case NGHTTP2_GOAWAY.rawValue:
    let debug = UnsafeBufferPointer(start: frame.goaway.opaque_data, count: frame.goaway.opaque_data_len)
    state.events.append(
      .goAway(
        lastStream: frame.goaway.last_stream_id, ErrorCode(rawValue: frame.goaway.error_code),
        debug: String(decoding: debug, as: UTF8.self)))
  case NGHTTP2_PING.rawValue where frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
    state.events.append(.pong(withUnsafeBytes(of: frame.ping.opaque_data) { Array($0) }))
  default: break
  }
  return 0
}

private func onData(
  _: OpaquePointer?, _: UInt8, stream: Int32, bytes: UnsafePointer<UInt8>?, count: Int,
  user: UnsafeMutableRawPointer?
) -> Int32 {
  SessionState.of(user).events.append(
    .data(stream: stream, Array(UnsafeBufferPointer(start: bytes, count: count))))
  return 0
}

private func onClose(_: OpaquePointer?, stream: Int32, code: UInt32, user: UnsafeMutableRawPointer?) -> Int32 {
  let state = SessionState.of(user)
  state.outgoing[stream] = nil
  state.headers[stream] = nil
  state.events.append(
    .closed(stream: stream, ErrorCode(rawValue: code), byPeer: state.resetting == stream))
  state.resetting = nil
  return 0
}

private func onError(
  _: OpaquePointer?, _: Int32, message: UnsafePointer<CChar>?, length: Int, user: UnsafeMutableRawPointer?
) -> Int32 {
  let text = UnsafeRawBufferPointer(start: message, count: length)
  SessionState.of(user).lastError = String(decoding: text, as: UTF8.self)
  return 0
}

/// Copies the next part of a body into the DATA frame that libnghttp2 builds.
func readBody(
  session: OpaquePointer?, stream: Int32, buffer: UnsafeMutablePointer<UInt8>?, capacity: Int,
  flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
  user: UnsafeMutableRawPointer?
) -> Int {
  let state = SessionState.of(user)
  guard let body = state.outgoing[stream] else {
    return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  }
  let count = min(capacity, body.remaining)
  if count == 0 && !body.isFinished {
    state.outgoing[stream]?.deferSending()
    return Int(NGHTTP2_ERR_DEFERRED.rawValue)
  }
  if count > 0 {
    body.bytes.withUnsafeBufferPointer { buffer!.update(from: $0.baseAddress! + body.offset, count: count) }
  }
  state.outgoing[stream]?.markSent(count)
  if body.isFinished && count == body.remaining {
    flags!.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
    if let trailers = body.trailers {
      flags!.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
      let code = withNameValues(trailers) { nghttp2_submit_trailer(session, stream, $0, $1) }
      if code != 0 { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    }
  }
  return count
}
