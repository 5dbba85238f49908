import CRIText

@testable import CRIStreaming

extension FuzzTarget {
  // MARK: SPDY

  static let spdy = FuzzTarget("spdy") { bytes in
    checkFrames(bytes)
    for role in [SPDYSession.Role.client, .server] {
      let results = bytes.splits.map { run($0, role) }
      for other in results.dropFirst() {
        require(results[0] == other, "the events do not depend on the splits\n\(results[0])\n\(other)")
      }
      answer(bytes, role)
    }
  }

  /// The header block that a frame contains in compressed form.
  static let spdyHeaders = FuzzTarget("spdy-headers") { bytes in
    guard let fields = try? SPDYHeaderBlock.decode(bytes, frame: "f") else { return }
    let encoded = SPDYHeaderBlock.encode(fields)
    require((try? SPDYHeaderBlock.decode(encoded, frame: "f")) == fields, "what is encoded is decoded again")
    guard var encoder = try? SPDYFrameEncoder(), var decoder = try? SPDYFrameDecoder() else { return }
    for frame in [SPDYFrame.synReply(id: 1, fields), .headers(id: 1, fields, isLast: true)] {
      var wire: [UInt8] = []
      guard (try? encoder.encode(frame, into: &wire)) != nil else { return }
      var rest = wire[...]
      let decoded = outcome { () throws(SPDYFailure) in try decoder.next(&rest) }
      // A block at its limit may grow when it is encoded again, because invalid bytes become longer.
      if encoded.count <= SPDYHeaderBlock.maximumSize { require(decoded == .success(frame), "\(frame) is read again") }
    }
  }

  /// The control frames of a connection are encoded and decoded again.
  private static func checkFrames(_ bytes: [UInt8]) {
    guard var decoder = try? SPDYFrameDecoder(), var encoder = try? SPDYFrameEncoder(),
      var second = try? SPDYFrameDecoder()
    else { return }
    var rest = bytes[...]
    while let frame = (try? decoder.next(&rest)) ?? nil {
      var wire: [UInt8] = []
      guard (try? encoder.encode(frame, into: &wire)) != nil else { return }
      var copy = wire[...]
      let again = outcome { () throws(SPDYFailure) in try second.next(&copy) }
      if wire.count > SPDYFrameDecoder.maximumControlFrame { return }
      require(again == .success(frame), "\(frame) is read again: \(again)")
    }
  }

  private struct SPDYRecord: Equatable {
    var events: [SPDYEvent] = []
    var failure: SPDYFailure?
    var output: [UInt8] = []
  }

  private static func spdySession(_ role: SPDYSession.Role) -> SPDYSession? {
    var limits = SPDYLimits()
    limits.streams = role == .server ? 4 : 0
    guard var session = try? SPDYSession(role: role, limits: limits) else { return nil }
    if role == .client { for name in ["a", "b"] { _ = try? session.openStream([HTTPField("streamtype", name)]) } }
    return session
  }

  private static func run(_ pieces: [[UInt8]], _ role: SPDYSession.Role) -> SPDYRecord {
    guard var session = spdySession(role) else { return SPDYRecord() }
    var record = SPDYRecord()
    do throws(SPDYFailure) {
      for piece in pieces { try session.receiveFrames(piece) }
    } catch {
      record.failure = error
    }
    for event in session.takeFrameEvents() {
      if case .data(let stream, let bytes) = event, case .data(stream, let earlier)? = record.events.last {
        record.events[record.events.count - 1] = .data(stream: stream, earlier + bytes)
      } else {
        record.events.append(event)
      }
    }
    session.send(into: &record.output, limit: 1 << 16)
    return record
  }

  private static func answer(_ bytes: [UInt8], _ role: SPDYSession.Role) {
    guard var session = spdySession(role) else { return }
    var output: [UInt8] = []
    do throws(SPDYFailure) {
      for piece in bytes.pieces {
        try session.receiveFrames(piece)
        for event in session.takeFrameEvents() {
          switch event {
          case .opened(let stream, _):
            try session.reply(on: stream)
            session.write([1, 2, 3], on: stream)
          case .data(let stream, let bytes): session.consume(bytes.count, on: stream)
          case .endStream(let stream): session.finishStream(stream)
          default: break
          }
        }
        session.send(into: &output, limit: 1 << 16)
      }
    } catch {}
    require(session.unconsumed == 0, "all data was consumed")
    require(output.count <= 4096 + 16 * bytes.count, "\(output.count) bytes in reply to \(bytes.count)")
  }

  // MARK: WebSocket

  static let webSocket = FuzzTarget("websocket") { bytes in
    for role in [WebSocketSession.Role.client, .server] {
      let results = bytes.splits.map { run($0, role) }
      for other in results.dropFirst() {
        require(results[0] == other, "the events do not depend on the splits\n\(results[0])\n\(other)")
      }
    }
    if let (header, size) = (try? WebSocketFrameHeader.parse(bytes)) ?? nil {
      var encoded: [UInt8] = []
      header.encode(into: &encoded)
      require(encoded == Array(bytes.prefix(size)), "a header has one encoding")
    }
    var validator = UTF8Validator()
    let isValid = validator.accept(bytes) && validator.isComplete
    require(isValid == (String(validating: bytes, as: UTF8.self) != nil), "UTF-8 is checked as Swift does")
    for channel in ChannelProtocol.all {
      var server = ChannelSession(role: .server, channel, layout: .remoteCommand)
      do throws(StreamingFailure) {
        for piece in bytes.pieces { try server.receive(piece) }
      } catch {}
      _ = server.takeEvents()
      var output: [UInt8] = []
      server.send(into: &output, limit: 1 << 16)
      require(output.count <= 1000, "\(output.count) bytes in reply to \(bytes.count)")
    }
  }

  private struct WebSocketRecord: Equatable {
    var events: [WebSocketEvent] = []
    var failure: WebSocketFailure?
  }

  private static func run(_ pieces: [[UInt8]], _ role: WebSocketSession.Role) -> WebSocketRecord {
    var session = WebSocketSession(role: role, maximumMessage: 1 << 16)
    var record = WebSocketRecord()
    do throws(WebSocketFailure) {
      for piece in pieces { try session.receive(piece) }
    } catch {
      record.failure = error
    }
    for event in session.takeEvents() {
      if case .message(let kind, let bytes, false, let isLast) = event,
        case .message(kind, let earlier, let isFirst, false)? = record.events.last
      {
        record.events[record.events.count - 1] = .message(kind, earlier + bytes, isFirst: isFirst, isLast: isLast)
      } else {
        record.events.append(event)
      }
    }
    // Text is checked as it arrives, so that a part of a message may precede the failure.
    if record.failure != nil, case .message(_, _, _, isLast: false)? = record.events.last {
      record.events.removeLast()
    }
    return record
  }

  // MARK: HTTP

  private static let offered = ["v4.channel.k8s.io", "channel.k8s.io"]

  static let http = FuzzTarget("http") { bytes in
    let splits = bytes.splits
    for (index, request) in [
      try? UpgradeRequest.spdy(target: "/a", host: "h", protocols: offered),
      try? UpgradeRequest.webSocket(
        target: "/a", host: "h", protocols: offered, key: WebSocketKey(text: "AAAAAAAAAAAAAAAAAAAAAA==")),
    ].enumerated() {
      guard let request else { continue }
      let replies = splits.map { upgrade($0, request) }
      for other in replies.dropFirst() {
        require(replies[0] == other, "reply \(index) does not depend on the splits\n\(replies[0])\n\(other)")
      }
    }
    let offers = splits.map(offer)
    for other in offers.dropFirst() {
      require(offers[0] == other, "a request does not depend on the splits\n\(offers[0])\n\(other)")
    }
    let documents = splits.map(fetch)
    for other in documents.dropFirst() {
      require(documents[0] == other, "a document does not depend on the splits\n\(documents[0])\n\(other)")
    }
    if case .success(let text) = documents[0] { require(text.count <= 1000, "\(text.count) bytes are kept") }
  }

  private enum Reply: Equatable {
    // These contain everything after the head.
    case upgraded(String, [UInt8])
    case offered([String], [UInt8])
    case failed(UpgradeFailure)
    case incomplete
  }

  private static func upgrade(_ pieces: [[UInt8]], _ request: UpgradeRequest) -> Reply {
    var reader = UpgradeResponseReader(to: request)
    do throws(UpgradeFailure) {
      for (index, piece) in pieces.enumerated() {
        if let reply = try reader.receive(piece) {
          return .upgraded(reply.protocolName, reply.rest + pieces[(index + 1)...].flatMap(\.self))
        }
      }
      return .failed(reader.connectionEnded())
    } catch {
      // If fewer bytes have been received, fewer are quoted.
      if case .notHTTP = error { return .failed(.notHTTP("")) }
      return .failed(error)
    }
  }

  private static func offer(_ pieces: [[UInt8]]) -> Reply {
    var reader = UpgradeRequestReader()
    do throws(UpgradeFailure) {
      for (index, piece) in pieces.enumerated() {
        guard let offer = try reader.receive(piece) else { continue }
        let parts = ["\(offer.method) \(offer.path)", "\(offer.query)", "\(offer.fields)", "\(offer.protocols)"]
        return .offered(parts, offer.rest + pieces[(index + 1)...].flatMap(\.self))
      }
      return .incomplete
    } catch {
      return .failed(error)
    }
  }

  private static func fetch(_ pieces: [[UInt8]]) -> Result<[UInt8], FetchError> {
    var reader = FetchReader(limit: 1000)
    return outcome { () throws(FetchError) in
      for piece in pieces { if let body = try reader.receive(piece) { return body } }
      return try reader.end()
    }
  }

  // MARK: Remote commands

  /// The first byte chooses the transport and the version.
  static let session = FuzzTarget("session") { bytes in
    guard let first = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    let versions = RemoteCommandProtocol.allCases
    let version = versions[Int(first >> 2) % versions.count]
    let channel = ChannelProtocol.all[Int(first >> 2) % ChannelProtocol.all.count]
    let results = rest.splits.map { split in
      switch first & 3 {
      case 0: return command(split, version, spdyTransport)
      case 1: return command(split, version) { () throws(StreamingFailure) in try TunnelledSPDY(role: .client) }
      default:
        return command(split, channel.version) { () throws(StreamingFailure) in
          ChannelSession(role: .client, channel, layout: .remoteCommand)
        }
      }
    }
    for other in results.dropFirst() {
      require(results[0] == other, "the events do not depend on the splits\n\(results[0])\n\(other)")
    }
  }

  private static func spdyTransport() throws(StreamingFailure) -> SPDYSession {
    do throws(SPDYFailure) { return try SPDYSession(role: .client) } catch { throw .spdy(error) }
  }

  private static func command<Transport: StreamTransport & ~Copyable>(
    _ pieces: [[UInt8]], _ version: RemoteCommandProtocol, _ transport: () throws(StreamingFailure) -> Transport
  ) -> [String] {
    guard let open = try? transport(),
      var client = try? RemoteCommandClient(
        over: open, version: version, streams: RemoteCommandStreams(stdin: true, stdout: true, stderr: true))
    else { return [] }
    for piece in pieces { client.receive(piece) }
    client.connectionEnded("over")
    var events: [RemoteCommandEvent] = []
    for event in client.takeEvents() {
      if case .output(let output, let bytes) = event, case .output(output, let earlier)? = events.last {
        events[events.count - 1] = .output(output, earlier + bytes)
      } else {
        events.append(event)
      }
    }
    require(events.count { if case .result = $0 { true } else { false } } == 1, "there is one result")
    require(client.isFinished, "the session is finished")
    let hasFailed = events.contains { if case .result(.failure) = $0 { true } else { false } }
    // The first of several violations, and what precedes it, depend on the pieces.
    if hasFailed { events.removeAll { if case .output = $0 { true } else { false } } }
    let texts = events.map { event in
      if case .result(.failure) = event { "failed" } else { "\(event)" }
    }
    return hasFailed ? texts.sorted() : texts
  }
}
