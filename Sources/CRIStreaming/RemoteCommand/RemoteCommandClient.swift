/// The client's end of an `exec` or `attach` session: it turns bytes into events and bytes, and does no I/O.
///
/// Source: `k8s.io/client-go/tools/remotecommand`, versions 1 to 5. One event `.result` comes for every session, at the
/// latest when `connectionEnded` is called; it is a success only if the server has said so.
package struct RemoteCommandClient<Transport: StreamTransport & ~Copyable>: ~Copyable {
  package let version: RemoteCommandProtocol
  private var transport: Transport
  private var ids: [RemoteStream: UInt32] = [:]
  private var roles: [UInt32: RemoteStream] = [:]
  private var unaccepted: Set<RemoteStream> = []
  /// Streams on which nothing more arrives.
  private var ended: Set<RemoteStream> = []
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
    // All at once: the server accepts them one by one and starts the command after the last.
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

  /// Takes bytes from the server. A fault of the server becomes the result.
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

  /// Adds to `output` what is to be sent now, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) {
    transport.send(into: &output, limit: limit)
  }

  /// The events since the last call.
  package mutating func takeEvents() -> [RemoteCommandEvent] {
    defer { events = [] }
    return events
  }

  /// Ends the session, because no more bytes will come. A session without a result gets one: a failure.
  /// - Parameter reason: what is known, for the error.
  package mutating func connectionEnded(_ reason: String) {
    endOutputs()
    finish(.failure(.noStatus(reason)))
  }

  /// False while output has not been consumed to such an amount that no more should be read from the connection.
  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `peerIsIdle`.
  package var mayBeWaitedFor: Bool { transport.mayBeWaitedFor }
  package mutating func peerIsIdle() { transport.peerIsIdle() }

  /// The result is known and all output has arrived: the connection can be closed.
  package var isFinished: Bool {
    hasResult && [.stdout, .stderr].allSatisfy { ids[$0] == nil || ended.contains($0) }
  }

  // MARK: Use

  /// Sends input; nothing happens if there is no standard input or it is closed.
  package mutating func write(_ bytes: [UInt8]) {
    if let id = ids[.stdin] { transport.write(bytes, on: id) }
  }

  /// Ends the input after what has been written.
  /// - Returns: false if the protocol cannot say so: over WebSocket before v5 the command waits on.
  package mutating func finishInput() -> Bool {
    guard let id = ids[.stdin] else { return true }
    return transport.finish(id)
  }

  /// Input that waits to be sent, in bytes; nil if no more input is taken.
  package var unsentInput: Int? { ids[.stdin].flatMap { transport.unsent(on: $0) } }

  /// Sets the size of the terminal.
  /// - Returns: false if the session has no terminal or the protocol cannot resize one.
  package mutating func resize(_ size: TerminalSize) -> Bool {
    guard let id = ids[.resize] else { return false }
    transport.write(size.message, on: id)
    return true
  }

  /// The reader of an output has taken `count` bytes.
  package mutating func consume(_ count: Int, of output: RemoteOutput) {
    if let id = ids[output == .stdout ? .stdout : .stderr] { transport.consume(count, on: id) }
  }

  package mutating func ping() throws(StreamingFailure) { try transport.ping() }

  /// Ends the session on the server; what it means for the command is up to the runtime.
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
      // Streams go on until they are ended, or the connection is.
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
    case .stdout: events.append(.endOfOutput(.stdout))
    case .stderr: events.append(.endOfOutput(.stderr))
    case .stdin: events.append(.inputClosed)
    case .error, .resize: break
    }
    guard !hasResult, ended.contains(.error) else { return }
    // Before v4 silence means that no error is known, but only once there is no more output: a v1 server ends the error
    // stream at the beginning.
    let outputsEnded = [.stdout, .stderr].allSatisfy { ids[$0] == nil || ended.contains($0) }
    guard version.reportsStatus || outputsEnded else { return }
    do throws(RemoteCommandFailure) {
      finish(.success(try status.end()))
    } catch { finish(.failure(error)) }
  }

  private mutating func endOutputs() {
    for stream in [RemoteStream.stdin, .stdout, .stderr] where ids[stream] != nil && ended.insert(stream).inserted {
      events.append(stream == .stdin ? .inputClosed : .endOfOutput(stream == .stdout ? .stdout : .stderr))
    }
  }

  private mutating func finish(_ result: Result<CommandResult, RemoteCommandFailure>) {
    guard !hasResult else { return }
    hasResult = true
    events.append(.result(result))
  }
}
