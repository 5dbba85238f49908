internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// Connects a session to the standard streams of this process until it ends.
struct SessionRun: Sendable {
  let session: Session
  let streams: RemoteCommandStreams
  /// nil if no keys detach.
  let detachKeys: DetachKeys?
  let signals: SignalWatch
  /// How long the session may last; nil for no limit.
  let timeLimit: Duration?
  /// Delays the end of the input; nil to send it immediately.
  let quiet: OutputIdleWait?

  private enum Event: Sendable {
    case copied
    case end(SessionEnd)
    case nothing
  }

  func run() async throws -> SessionEnd {
    let input = streams.stdin ? try StandardInput() : nil
    let output = try OutputWriter(.output)
    let errors = try OutputWriter(.error)
    let end = await withTaskGroup(of: Event.self) { group in
      group.addTask { await copy(session.stdout, to: output) }
      group.addTask { await copy(session.stderr, to: errors) }
      group.addTask { await result() }
      group.addTask { await watchSignals() }
      if let input { group.addTask { await send(input) } }
      if let timeLimit {
        group.addTask {
          await pause(timeLimit)
          return Task.isCancelled ? .nothing : .end(.timedOut)
        }
      }
      var copied = 0
      var end: SessionEnd?
      while let event = await group.next() {
        switch event {
        case .copied: copied += 1
        case .end(let new):
          switch new {
          // Output that has already arrived is still written, even if the connection was lost.
          case .result, .failed: end = end ?? new
          case .detached: (end, copied) = (end ?? new, 2)
          // The output is incomplete, whatever the result of the session is.
          case .interrupted, .timedOut, .outputClosed, .outputFailed, .inputFailed: (end, copied) = (new, 2)
          }
        case .nothing: break
        }
        if copied == 2, end != nil { break }
      }
      session.cancel()
      input?.cancel()
      group.cancelAll()
      return end
    }
    return end ?? .failed(StreamingError(.connectionLost, "the session ended without a result"))
  }

  private func copy(_ source: SessionOutput, to writer: OutputWriter) async -> Event {
    for await bytes in source {
      quiet?.noteOutput()
      do throws(Errno) { try await writer.write(bytes) } catch {
        return .end(error == .brokenPipe ? .outputClosed : .outputFailed(error))
      }
    }
    return .copied
  }

  private func result() async -> Event {
    do throws(StreamingError) {
      return .end(.result(try await session.result()))
    } catch {
      return .end(.failed(error))
    }
  }

  private func watchSignals() async -> Event {
    while let received = await signals.next() {
      guard received.isResize else { return .end(.interrupted(received)) }
      Self.resize(session)
    }
    return .nothing
  }

  /// Gives the session the size of our terminal, if there is one.
  static func resize(_ session: Session) {
    if let size = RawTerminal.size { session.resize(TerminalSize(width: size.width, height: size.height)) }
  }

  private func send(_ input: StandardInput) async -> Event {
    var keys = detachKeys
    do {
      while let bytes = try await input.next() {
        if bytes.isEmpty { break }
        let (typed, isDetached) = keys?.filter(bytes) ?? (bytes, false)
        if !typed.isEmpty { try await session.input.write(typed) }
        if isDetached { return .end(.detached) }
      }
      await quiet?.wait()
      if Task.isCancelled { return .nothing }
      try session.input.finish()
    } catch let error as StreamingError where error.code == .cannotEndInput {
      let line = "the input has ended, but \(error.reason); the command still waits for input (try --transport spdy)"
      try? StandardStream.error.write(Failure(.done, line).line)
    } catch let error as Errno where !Terminal.isAttached {
      // The command would mistake a part of the input for all of it.
      return .end(.inputFailed(error))
    } catch {
      // The command accepts no more input, or the terminal is gone: the command may continue without it.
      if !(error is StreamingError) { try? session.input.finish() }
    }
    return .nothing
  }
}
