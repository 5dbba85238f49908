/// The client's end of an `exec` or `attach` session. It converts bytes to events and events to bytes, without I/O.
///  Source: `k8s.io/client-go/tools/remotecommand`, versions 1 to 5. Every session produces one `.result` event, no
///  later than the call of `connectionEnded`. The result is a success only if the server has reported success.
package struct RemoteCommandClient<Transport: StreamTransport & ~Copyable>: ~Copyable {
  package let version: RemoteCommandProtocol
  private var transport: Transport
  private var ids: [RemoteStream: UInt32] = [:]
  private var roles: [UInt32: RemoteStream] = [:]
  private var unaccepted: Set<RemoteStream> = []
  /// The streams on which no more data will arrive.
  private var ended: Set<RemoteStream> = []
  /// The outputs that the server has ended, whose end is reported with the result.
  private var unannounced: [RemoteStream] = []
  private var status: CommandStatusReader
  private var hasResult = false
  private var events: [RemoteCommandEvent] = []

  /// Opens the streams.
  package init(
    over transport: consuming Transport, version: RemoteCommandProtocol, streams: RemoteCommandStreams
  ) throws(StreamingFailure) {
    self.version = version
    status = CommandStatusReader(version)
    var transport = transport
    // Open all streams without waiting: the server accepts them one by one, and starts the command after the last one.
    for stream in streams.streams(in: version) {
      let id = try transport.open(stream.fields)
      ids[stream] = id
      roles[id] = stream
      unaccepted.insert(stream)
    }
    self.transport = transport
    collect()
  }

  // MARK: Bytes

  /// Adds bytes from the server. If the server violates the protocol, this becomes the result.
  package mutating func receive(_ bytes: [UInt8]) {
    do throws(StreamingFailure) {
      try transport.receive(bytes)
      collect()
    } catch {
      collect()
      endOutputs()
      finish(.failure(.transport(error)))
    }
  }

  /// Appends the bytes to send now to `output`, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) {
    transport.send(into: &output, limit: limit)
  }

  /// Returns the events since the last call.
  package mutating func takeEvents() -> [RemoteCommandEvent] {
    defer { events = [] }
    return events
  }

  /// Ends the session, because no more bytes will arrive. If the session has no result yet, the result is a failure.
  /// - Parameter reason: What is known about the end, for the error.
  package mutating func connectionEnded(_ reason: String) {
    endOutputs()
    finish(.failure(.noStatus(reason)))
  }

  /// False if so much output is unconsumed that the caller should not read from the connection.
  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `notePeerIdle`.
  package var peerMayBeStalled: Bool { transport.peerMayBeStalled }
  package mutating func notePeerIdle() { transport.notePeerIdle() }

  /// Whether the result is known and all output has arrived, so that the connection can be closed.
  package var isFinished: Bool {
    hasResult && [.stdout, .stderr].allSatisfy { ids[$0] == nil || ended.contains($0) }
  }

  // MARK: Use

  /// Sends input, unless there is no standard input or it is closed.
  package mutating func write(_ bytes: [UInt8]) {
    if let id = ids[.stdin] { transport.write(bytes, on: id) }
  }

  /// Ends the input once everything written so far has been sent.
  /// - Returns: false if the protocol does not support it: over WebSocket before v5, the command keeps waiting.
  package mutating func finishInput() -> Bool {
    guard let id = ids[.stdin] else { return true }
    return transport.finish(id)
  }

  /// The number of bytes of input waiting to be sent; nil if no more input is accepted.
  package var unsentInput: Int? { ids[.stdin].flatMap { transport.unsent(on: $0) } }

  /// Sets the size of the terminal.
  /// - Returns: false if the session has no terminal or the protocol does not support resizing.
  package mutating func resize(_ size: TerminalSize) -> Bool {
    guard let id = ids[.resize] else { return false }
    transport.write(size.message, on: id)
    return true
  }

  /// Reports that the reader of an output has consumed `count` bytes.
  package mutating func consume(_ count: Int, of output: RemoteOutput) {
    if let id = ids[output == .stdout ? .stdout : .stderr] { transport.consume(count, on: id) }
  }

  package mutating func ping() throws(StreamingFailure) { try transport.ping() }

  /// Ends the session on the server. The runtime decides what this means for the command.
  package mutating func close() { transport.close() }

  // MARK: Events

  private mutating func collect() {
    for event in transport.takeEvents() {
      switch event {
      case .opened(let id, _): transport.reset(id)
      case .accepted(let id): if let stream = roles[id] { accepted(stream) }
      case .data(let id, let bytes): received(bytes, on: id)
      case .ended(let id): if let stream = roles[id] { endedByServer(stream) }
      case .reset(let id, let reset): if let stream = roles[id] { wasReset(stream, reset) }
      // Open streams continue until they end or the connection ends.
      case .goAway: break
      case .closed(let reason): connectionEnded(reason)
      case .pong: events.append(.pong)
      }
    }
  }

  private mutating func accepted(_ stream: RemoteStream) {
    unaccepted.remove(stream)
    if unaccepted.isEmpty { events.append(.ready) }
  }

  private mutating func received(_ bytes: [UInt8], on id: UInt32) {
    switch roles[id] {
    case .stdout: events.append(.output(.stdout, bytes))
    case .stderr: events.append(.output(.stderr, bytes))
    case .error:
      transport.consume(bytes.count, on: id)
      guard !hasResult else { return }
      do throws(RemoteCommandFailure) {
        if let result = try status.receive(bytes) { finish(.success(result)) }
      } catch { finish(.failure(error)) }
    case .stdin, .resize, nil: transport.consume(bytes.count, on: id)
    }
  }

  private mutating func wasReset(_ stream: RemoteStream, _ reset: StreamReset) {
    if unaccepted.contains(stream) {
      finish(.failure(.streamRefused(stream, reset)))
    } else if case .spdy(_, byPeer: false) = reset {
      finish(.failure(.noStatus("the \(stream.rawValue) stream was reset with \(reset)")))
    } else if case .webSocket = reset {
      finish(.failure(.noStatus("\(reset)")))
    }
    endedByServer(stream)
  }

  private mutating func endedByServer(_ stream: RemoteStream) {
    guard ended.insert(stream).inserted else { return }
    switch stream {
    // CRI-O may send the last data of an output after its end, but not after the status.
    case .stdout, .stderr:
      if version.reportsStatus, !hasResult { unannounced.append(stream) } else { announceEnd(stream) }
    case .stdin: events.append(.inputClosed)
    case .error, .resize: break
    }
    guard !hasResult, ended.contains(.error) else { return }
    // Before v4, no message means that no error is known, but only after the end of the output, because a v1 server
    // ends the error stream at the beginning.
    let outputsEnded = [.stdout, .stderr].allSatisfy { ids[$0] == nil || ended.contains($0) }
    guard version.reportsStatus || outputsEnded else { return }
    do throws(RemoteCommandFailure) {
      finish(.success(try status.end()))
    } catch { finish(.failure(error)) }
  }

  private mutating func announceEnd(_ stream: RemoteStream) {
    events.append(.endOfOutput(stream == .stdout ? .stdout : .stderr))
  }

  private mutating func announceEnds() {
    for stream in unannounced { announceEnd(stream) }
    unannounced = []
  }

  private mutating func endOutputs() {
    announceEnds()
    for stream in [RemoteStream.stdin, .stdout, .stderr] where ids[stream] != nil && ended.insert(stream).inserted {
      events.append(stream == .stdin ? .inputClosed : .endOfOutput(stream == .stdout ? .stdout : .stderr))
    }
  }

  private mutating func finish(_ result: Result<CommandResult, RemoteCommandFailure>) {
    guard !hasResult else { return }
    hasResult = true
    announceEnds()
    events.append(.result(result))
  }
}
