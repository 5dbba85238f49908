internal import CRIShims
internal import Glibc

/// Delivers the signals that would terminate this process (SIGHUP, SIGINT and SIGTERM) as messages. SIGPIPE becomes an
/// error of the write call that caused it.
///
/// A process can have one watch at a time. When the watch is released, the previous signal handling is restored.
package final class SignalWatch: Sendable {
  /// A signal that was received.
  package struct Received: Hashable, Sendable {
    package let number: Int32
    /// Whether the signal came from the terminal, as with Ctrl-C. The kernel then also sends it to our child, which is
    /// in the same process group.
    package let isForGroup: Bool

    /// The name of the signal, such as `SIGTERM`.
    package var name: String { SignalWatch.names[number] ?? "signal \(number)" }

    /// Whether the terminal is gone, as after a dropped connection.
    package var isHangUp: Bool { number == SIGHUP }

    /// Whether the terminal has a new size; this signal does not end the process.
    package var isResize: Bool { number == SIGWINCH }
  }

  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGQUIT: "SIGQUIT",
  ]
  private static let caught = [SIGHUP, SIGINT, SIGTERM, SIGCHLD, SIGPIPE]
  /// The signals that would terminate a process although they do not ask it to end: they have no meaning for it, report that
  /// a system call has failed, or come from a timer. The real-time signals are among them.
  private static let meaningless =
    [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGIO, SIGPWR, SIGSTKFLT] + Array(34...64)

  private let reader: Descriptor
  private let writer: Descriptor
  private let numbers: [Int32]

  /// Begins to catch the signals, except those that were ignored when the process was started.
  /// - Parameters:
  ///   - watchesTerminalSize: Whether SIGWINCH is delivered too.
  ///   - isComplete: Whether no signal terminates this process, except after a crash and SIGKILL: SIGQUIT is delivered too,
  ///     and the other signals have no effect. Child processes start with the default actions.
  package init(watchesTerminalSize: Bool = false, isComplete: Bool = false) throws(Errno) {
    numbers = Self.caught + (watchesTerminalSize ? [SIGWINCH] : []) + (isComplete ? [SIGQUIT] : [])
    let (reader, writer) = try UnixSocket.pair()
    self.reader = Descriptor(owning: reader)
    self.writer = Descriptor(owning: writer)
    cri_signals_to(writer)
    Self.active.withLock { $0 = reader }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in numbers {
      _ = try retrying { cri_catch_signal(number) }
      sigaddset(&blocked, number)
    }
    // Our parent process may have blocked the signals, and our child must not inherit that mask.
    pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    if isComplete { Interrupt.discard(Self.meaningless) }
  }

  deinit {
    for number in numbers { cri_release_signal(number) }
    cri_signals_to(-1)
    Self.active.withLock { $0 = -1 }
  }

  /// The descriptor from which signals are read; -1 if none are caught.
  private static let active = Locked<Int32>(-1)

  /// Whether signals are caught, so that they do not end the process.
  static var isActive: Bool { active.withLock { $0 >= 0 } }

  /// The maximum time to wait for a reader of this process's output; nil for no limit.
  /// - Parameter explicit: The time that the user has set.
  static func patience(_ explicit: Duration?) -> Duration? {
    explicit ?? (hasTaken.withLock { $0 } ? finalPatience : nil)
  }

  /// Waits until a descriptor is ready.
  /// - Parameters:
  ///   - deadline: The time at which the wait ends; nil for no limit.
  ///   - isStrict: Whether the wait also ends at the deadline if the descriptor is ready.
  /// - Throws: `.interrupted` if a signal that is caught arrives first; `take()` still returns it. `.timedOut` at the
  ///   deadline.
  static func wait(
    for interest: (descriptor: Int32, read: Bool, write: Bool), until deadline: ContinuousClock.Instant?,
    isStrict: Bool = false
  ) throws(Errno) {
    guard isActive || deadline != nil else { return }
    while true {
      let ready = try Poll.wait([interest], timeout: .milliseconds(100))[0]
      // The reason for the end must still be written after a signal, if that does not block.
      if ready.writable { return }
      // A writer that sends a byte from time to time must not hide a signal, so it is checked first.
      if hasSignal { throw .interrupted }
      let isReady = ready.readable
      if isStrict || !isReady, let deadline, ContinuousClock.now >= deadline { throw .timedOut }
      if isReady { return }
    }
  }

  /// Whether a signal that asks the process to end waits to be taken.
  private static var hasSignal: Bool {
    let signals = active.withLock { $0 }
    guard signals >= 0 else { return false }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
      // Every child that exits adds a message, so the signal may be behind many of them.
      let count = recv(signals, bytes.baseAddress, bytes.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
      // Every other byte is a signal number.
      return stride(from: 0, to: max(0, count), by: 2).contains { names[Int32(bytes[$0])] != nil }
    }
  }

  /// A descriptor that is readable when a signal has been received or a child has exited.
  package var descriptor: Int32 { reader.rawValue }

  /// Whether a signal that asks the process to end has been taken.
  private static let hasTaken = Locked(false)
  /// How long a process that was asked to end waits for a reader of its output.
  private static let finalPatience = Duration.seconds(2)

  /// Returns the signals that were received since the last call.
  package func take() -> [Received] {
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while let count = try? reader.read(into: buffer), count > 0 { bytes += buffer[..<count] }
    }
    let received = stride(from: 0, to: bytes.count - 1, by: 2).compactMap { position in
      let received = Received(number: Int32(bytes[position]), isForGroup: bytes[position + 1] == 1)
      return Self.names[received.number] == nil && !received.isResize ? nil : received
    }
    if received.contains(where: { !$0.isHangUp && !$0.isResize }) { Self.hasTaken.withLock { $0 = true } }
    return received
  }

  /// Waits for the next signal.
  /// - Returns: The signal, or nil if the task is cancelled or the wait fails.
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
      // Further signals can be dropped because the first one ends the operation.
      if let received = take().first { return received }
      guard
        let ready = try? Poll.wait([(descriptor, true, false), (waiting.end.descriptor, true, false)], timeout: nil)
      else { return nil }
      if ready[1].readable { return nil }
    }
  }
}
