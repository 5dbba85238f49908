internal import CRISystem

/// A session with a remote command or an attached container: its input, its outputs, its terminal and its result.
///
/// A session has one connection and one thread. Only reading the outputs frees memory: if the output is not read, the
/// command is blocked once about 1 MiB is buffered. The session is cancelled when the last reference to it is released.
public final class Session: Sendable {
  let mailbox: SessionMailbox
  /// The transport that the server accepted.
  public let transport: StreamTransportKind
  /// The version of the remote-command protocol that the server chose.
  public let version: RemoteCommandProtocol

  private init(_ mailbox: SessionMailbox, _ agreement: SessionMailbox.Agreement) {
    self.mailbox = mailbox
    transport = agreement.transport
    version = agreement.version
  }

  deinit { mailbox.cancel() }

  /// Opens a session at the URL that a runtime returns.
  /// - Parameters:
  ///   - streams: The same streams as in the call to the runtime.
  ///   - options: The transport, TLS, and where sessions may lead.
  ///   - refused: Called if a transport was rejected and the next one is tried.
  ///   - url: Calls the runtime and returns the URL. This is called once for each transport, because a URL can be used
  ///     only once.
  /// - Throws: `StreamingError`, or the error that `url` throws.
  public static func open(
    _ streams: RemoteCommandStreams, options: StreamingOptions = StreamingOptions(),
    refused: (StreamingError) -> Void = { _ in }, url: () async throws -> String
  ) async throws -> Session {
    var refusals: [StreamingError] = []
    for kind in options.transport.kinds {
      do {
        return try await connect(try StreamURL(try await url()), kind, streams, options)
      } catch let error as StreamingError where error.isTransportRefused {
        refusals.append(error)
        if refusals.count < options.transport.kinds.count { refused(error) }
      }
    }
    throw StreamingError(joining: refusals)
  }

  private static func connect(
    _ url: StreamURL, _ transport: StreamTransportKind, _ streams: RemoteCommandStreams, _ options: StreamingOptions
  ) async throws(StreamingError) -> Session {
    let mailbox: SessionMailbox
    do throws(Errno) {
      mailbox = try SessionMailbox()
      let thread = SessionThread(
        url: url, transport: transport, streams: streams, options: options, mailbox: mailbox)
      try Thread.detach { thread.run() }
    } catch { throw StreamingError(.system, "cannot start a thread: \(error)", url: url.text) }
    let opened = await withTaskCancellationHandler {
      await mailbox.opened()
    } onCancel: {
      mailbox.cancel()
    }
    return Session(mailbox, try opened.get())
  }

  /// Standard input.
  public var input: SessionInput { SessionInput(session: self) }
  /// Standard output; with a terminal, all of the terminal's output.
  public var stdout: SessionOutput { SessionOutput(session: self, output: .stdout) }
  /// Standard error.
  public var stderr: SessionOutput { SessionOutput(session: self, output: .stderr) }

  /// Sets the size of the session's terminal. This has no effect without a terminal or if the protocol does not support
  /// it.
  public func resize(_ size: TerminalSize) { mailbox.post(.resize(size)) }

  /// Waits until the session has ended. Cancelling the task cancels the session.
  /// - Throws: `.connectionLost` if the session ended without a final status, in which case the command may still be
  ///   running.
  public func result() async throws(StreamingError) -> CommandResult {
    let ended = await withTaskCancellationHandler {
      await mailbox.ended()
    } onCancel: {
      mailbox.cancel()
    }
    return try ended.get()
  }

  /// Ends the session. The runtime decides what happens to the command: containerd leaves it running.
  public func cancel() { mailbox.cancel() }
}

extension StreamingError {
  /// Combines the errors of transports that were rejected one after another into a single error.
  init(joining errors: [StreamingError]) {
    guard let last = errors.last else {
      self.init(.invalidURL, "no transport is allowed")
      return
    }
    let reasons = errors.map { "\($0.transport?.rawValue ?? "?"): \($0.reason)" }.joined(separator: "; ")
    self.init(last.code, errors.count == 1 ? last.reason : reasons, url: last.url, transport: last.transport)
  }
}
