internal import CRIShims
internal import Glibc

/// The signals that would end this process, as messages that are read: SIGHUP, SIGINT and SIGTERM. A SIGPIPE becomes the
/// error of the write that caused it.
///
/// There is one at a time in a process; when it goes, everything is as it was before.
package final class SignalWatch: Sendable {
  /// A signal that has come.
  package struct Received: Hashable, Sendable {
    package let number: Int32
    /// A terminal's Ctrl-C, which the kernel sends to every process of the group: our child has got it too.
    package let isForGroup: Bool

    /// Such as `SIGTERM`.
    package var name: String { SignalWatch.names[number] ?? "signal \(number)" }
  }

  private static let names: [Int32: String] = [SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGTERM: "SIGTERM"]
  private static let caught = [SIGHUP, SIGINT, SIGTERM, SIGCHLD, SIGPIPE]

  private let reader: Descriptor
  private let writer: Descriptor

  /// Begins to catch them, but for those that whoever started us has ignored.
  package init() throws(Errno) {
    let (reader, writer) = try UnixSocket.pair()
    self.reader = Descriptor(owning: reader)
    self.writer = Descriptor(owning: writer)
    cri_signals_to(writer)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in Self.caught {
      _ = try retrying { cri_catch_signal(number) }
      sigaddset(&blocked, number)
    }
    // Whoever started us may have blocked them, as threads of a pool do; our child must not inherit that either.
    pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
  }

  deinit {
    for number in Self.caught { cri_release_signal(number) }
    cri_signals_to(-1)
  }

  /// Readable when a signal has come; the end of a child counts too.
  package var descriptor: Int32 { reader.rawValue }

  /// Those that have come since the last call.
  package func take() -> [Received] {
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while let count = try? reader.read(into: buffer), count > 0 { bytes += buffer[..<count] }
    }
    return stride(from: 0, to: bytes.count - 1, by: 2).compactMap { place in
      let received = Received(number: Int32(bytes[place]), isForGroup: bytes[place + 1] == 1)
      return Self.names[received.number] == nil ? nil : received
    }
  }

  /// Waits for the next one.
  /// - Returns: nil where the task is cancelled, or nothing can wait.
  package func next() async -> Received? {
    guard let waiting = try? Waiting() else { return nil }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(Errno) {
          try Thread.detach { [self] in continuation.resume(returning: wait(until: waiting)) }
        } catch {
          continuation.resume(returning: nil)
        }
      }
    } onCancel: {
      waiting.end.wake()
    }
  }

  private final class Waiting: Sendable {
    let end: WakePipe
    init() throws(Errno) { end = try WakePipe() }
  }

  private func wait(until waiting: Waiting) -> Received? {
    while true {
      // The rest of several is not lost on anybody: the first one ends what we do.
      if let received = take().first { return received }
      guard
        let ready = try? Poll.wait([(descriptor, true, false), (waiting.end.descriptor, true, false)], timeout: nil)
      else { return nil }
      if ready[1].readable { return nil }
    }
  }
}
