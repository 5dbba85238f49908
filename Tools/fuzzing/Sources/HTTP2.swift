import CRIHTTP2

extension FuzzTarget {
  /// Frames, and header blocks, through both ends of a session.
  static let http2 = [
    FuzzTarget("http2-client") { bytes in
      check(bytes, .client)
      answer(bytes, .client)
    },
    FuzzTarget("http2-server") { bytes in
      check(preface + bytes, .server)
      answer(preface + bytes, .server)
    },
    FuzzTarget("http2-headers") { bytes in
      // The block is valid HPACK more often than whole frames are, whose lengths must be right.
      let whole = [frame(1, flags: 5, bytes)]
      let middle = bytes.count / 2
      let continued = [frame(1, flags: 1, Array(bytes[..<middle])), frame(9, flags: 4, Array(bytes[middle...]))]
      guard bytes.count <= 1 << 14 else { return }
      for role in [Session.Role.client, .server] {
        let start = (role == .server ? preface : []) + frame(4, stream: 0, [])
        let first = run([start + whole.flatMap(\.self)], role)
        require(first.matches(run([start + continued.flatMap(\.self)], role)), "a CONTINUATION changes nothing")
        for case .headers(_, let fields, _) in first.events {
          let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
          // Each invalid byte becomes three.
          require(size <= 3 * 64 << 10, "a header block of \(size) bytes")
        }
      }
    },
  ]

  /// What a session reported.
  private struct Record {
    var events: [Event] = []
    var data: [Int32: [UInt8]] = [:]
    var failure: StreamFailure?
    /// Whether the connection continues.
    var isAlive = true

    /// Whether the session has reset a stream.
    func hasReset(_ stream: Int32) -> Bool {
      events.contains {
        if case .closed(stream, let code, byPeer: false) = $0 { code != .noError } else { false }
      }
    }

    /// Whether the connection has failed or is about to end.
    var hasEnded: Bool { failure != nil || !isAlive }

    /// Whether both are the same. Before a violation, such as more data than the content length, as much of the data is
    /// reported as arrived in other pieces.
    func matches(_ other: Record) -> Bool {
      if hasEnded && other.hasEnded { return events == other.events }
      guard events == other.events, !hasEnded, !other.hasEnded else { return false }
      return Set(data.keys).union(other.data.keys).allSatisfy { stream in
        let (mine, theirs) = (data[stream] ?? [], other.data[stream] ?? [])
        if hasReset(stream) {
          return mine.starts(with: theirs) || theirs.starts(with: mine)
        }
        return mine == theirs
      }
    }
  }

  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private static let request = [
    Header(":method", "POST"), Header(":scheme", "http"), Header(":path", "/a"), Header("te", "trailers"),
  ]

  private static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 1, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags, 0, 0, 0, stream] + payload
  }

  /// A session that has opened streams if it is a client's.
  private static func session(_ role: Session.Role) -> Session? {
    guard var session = try? Session.open(role: role, streamWindow: 1 << 16, maxConcurrentStreams: 8) else {
      return nil
    }
    if role == .client {
      for _ in 0..<3 { _ = try? session.request(request, body: [1, 2, 3]) }
    }
    var output: [UInt8] = []
    try? session.send(into: &output)
    _ = session.takeEvents()
    return session
  }

  private static func run(_ pieces: [[UInt8]], _ role: Session.Role) -> Record {
    guard var session = session(role) else { return Record() }
    var record = Record()
    do throws(StreamFailure) {
      for piece in pieces { try session.receive(piece) }
    } catch {
      record.failure = error
    }
    require(session.unacknowledgedSettings >= 0, "more acknowledgements than SETTINGS")
    // Streams that the session resets are closed when it sends.
    var output: [UInt8] = []
    if record.failure == nil { try? session.send(into: &output) }
    record.isAlive = session.isAlive
    for event in session.takeEvents() {
      if case .data(let stream, let bytes) = event {
        record.data[stream, default: []] += bytes
      } else {
        record.events.append(event)
      }
    }
    // After a GOAWAY has ended the connection, the rest of the piece is still read.
    while !record.isAlive, case .goAway? = record.events.last { record.events.removeLast() }
    return record
  }

  private static func hasContinuation(_ frames: ArraySlice<UInt8>) -> Bool {
    var rest = frames
    while rest.count >= 9 {
      let header = Array(rest.prefix(9))
      if header[3] == 9 { return true }
      rest = rest.dropFirst(9 + Int(header[0]) << 16 + Int(header[1]) << 8 + Int(header[2]))
    }
    return false
  }

  private static func check(_ bytes: [UInt8], _ role: Session.Role) {
    // libnghttp2 counts the pieces of the headers of CONTINUATION frames, not the frames.
    if hasContinuation(role == .server ? bytes.dropFirst(preface.count) : bytes[...]) { return }
    let splits = bytes.splits
    let whole = run(splits[0], role)
    for split in splits.dropFirst() {
      let other = run(split, role)
      require(whole.matches(other), "a session's events do not depend on the splits\n\(whole)\n\(other)")
    }
  }

  /// Handles each event as a connection does, and sends after each piece.
  private static func answer(_ bytes: [UInt8], _ role: Session.Role) {
    guard var session = session(role) else { return }
    var output: [UInt8] = []
    do throws(StreamFailure) {
      for piece in bytes.pieces {
        try session.receive(piece)
        for event in session.takeEvents() {
          switch event {
          case .headers(let stream, _, _) where role == .server:
            try session.respond(on: stream, [Header(":status", "200")], endStream: false)
            try session.send(on: stream, [1, 2, 3])
          case .data(let stream, let bytes):
            try session.consumeConnection(bytes.count)
            try session.consume(bytes.count, on: stream)
          case .endStream(let stream) where role == .server:
            try session.send(on: stream, [4], trailers: [Header("grpc-status", "0")])
          case .malformed(let stream, _): try session.reset(stream, .protocolError)
          default: break
          }
        }
        try session.send(into: &output)
        guard session.isAlive else { break }
      }
    } catch {}
    // A frame of nine bytes causes at most a small reply.
    require(output.count <= 4096 + 16 * bytes.count, "\(output.count) bytes in reply to \(bytes.count)")
  }
}
