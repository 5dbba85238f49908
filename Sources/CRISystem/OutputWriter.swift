internal import Glibc

/// Writes to a standard stream without blocking the tasks that wait for it.
package final class OutputWriter: Sendable {
  /// The maximum number of messages from `post` that may be queued for the reader.
  private static let maximumMessages = 1000

  private let worker: Worker
  private let number: Int32
  private let messages = Locked(0)

  /// - Throws: The error of a system call, for example if no thread can be created.
  package init(_ stream: StandardStream) throws(Errno) {
    worker = try Worker()
    number = stream == .output ? STDOUT_FILENO : STDERR_FILENO
  }

  /// Writes all bytes. If the task is cancelled, the call returns immediately, but the bytes are still written later.
  /// - Throws: The error of the system call; `.brokenPipe` if the reader has closed the pipe.
  package func write(_ bytes: [UInt8]) async throws(Errno) {
    let write = Write()
    let number = number
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        write.wait(continuation)
        worker.add {
          do throws(Errno) {
            try Descriptor.writeBlocking(bytes, to: number)
            write.finish(.success(()))
          } catch { write.finish(.failure(error)) }
        }
      }
    } onCancel: {
      write.finish(.success(()))
    }
    try result.get()
  }

  /// Writes a message later, so that a slow reader does not stop the caller. The message is dropped if 1,000 others are
  /// queued, or if it cannot be written.
  package func post(_ message: String) {
    let (number, messages) = (number, messages)
    let fits = messages.withLock { count in
      count += 1
      return count <= Self.maximumMessages
    }
    guard fits else { return messages.withLock { $0 -= 1 } }
    worker.add {
      try? Descriptor.writeBlocking(Array(message.utf8), to: number)
      messages.withLock { $0 -= 1 }
    }
  }

  /// Resumes a continuation exactly once, whether the write or the cancellation comes first.
  private final class Write: Sendable {
    typealias Outcome = Result<Void, Errno>
    private let state = Locked<(continuation: CheckedContinuation<Outcome, Never>?, outcome: Outcome?)>((nil, nil))

    func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
      let outcome = state.withLock { state in
        if state.outcome == nil { state.continuation = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }

    func finish(_ outcome: Outcome) {
      let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
        guard state.outcome == nil else { return nil }
        state.outcome = outcome
        defer { state.continuation = nil }
        return state.continuation
      }
      continuation?.resume(returning: outcome)
    }
  }
}
