/// The standard input of a session. Only one writer may use it at a time.
public struct SessionInput: Sendable {
  let session: Session

  /// Sends input. The call waits until the runtime has accepted enough of the earlier input.
  /// - Throws: `.inputClosed` if the command accepts no more input.
  public func write(_ bytes: [UInt8]) async throws(StreamingError) {
    guard await session.mailbox.write(bytes) else {
      throw StreamingError(.inputClosed, "the command accepts no more input")
    }
  }

  /// Whether the protocol can end the input while the session continues.
  public var canFinish: Bool {
    switch session.transport {
    case .spdy: session.version != .v1
    case .webSocket: session.version == .v5
    }
  }

  /// Ends the input once everything written so far has been sent.
  /// - Throws: `.cannotEndInput` if the protocol does not support it, in which case the command would wait for more
  ///   input.
  public func finish() throws(StreamingError) {
    guard canFinish else {
      let name = session.version.rawValue
      throw StreamingError(
        .cannotEndInput, "\(name) over \(session.transport.rawValue) cannot end the input", transport: session.transport
      )
    }
    session.mailbox.post(.finishInput)
  }
}
