internal import CRIDoctor
internal import CRIMonitor
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

/// The messages to the loop of a monitor, from its tasks and threads.
final class MonitorQueue: Sendable {
  enum Message: Sendable {
    case input(MonitorInput)
    /// A verification has ended. There is no state if the runtime was not ready in time.
    case verified(ReportView, after: Snapshot?)
    /// The node was examined; nil if it could not be.
    case examined(DoctorReport?, calls: Int, duration: Duration)
    /// A signal asks the monitor to end.
    case end
  }

  /// The maximum number of events that wait. A runtime that sends events faster than they are processed must not fill
  /// the memory; the next list shows what the dropped events announced.
  private static let maximumEvents = 2_000

  private final class Pipe: Sendable {
    let wake: WakePipe
    init() throws(Errno) { wake = try WakePipe() }
  }

  private let pipe: Pipe
  private let worker: Worker
  private let state = Locked<(messages: [Message], eventCount: Int)>(([], 0))

  init() throws(Errno) {
    pipe = try Pipe()
    worker = try Worker()
  }

  func post(_ message: Message) {
    state.withLock { state in
      if case .input(.event) = message {
        guard state.eventCount < Self.maximumEvents else { return }
        state.eventCount += 1
      }
      state.messages.append(message)
    }
    pipe.wake.wake()
  }

  func post(_ input: MonitorInput) { post(.input(input)) }

  /// Waits until there are messages or the time has elapsed.
  func next(atMost time: Duration) async -> [Message] {
    let waiting = take()
    if !waiting.isEmpty || time <= .zero { return waiting }
    await worker.run { [pipe] in
      _ = try? Poll.wait([(pipe.wake.descriptor, true, false)], timeout: time)
      pipe.wake.drain()
    }
    return take()
  }

  private func take() -> [Message] {
    state.withLock { state in
      defer { state = ([], 0) }
      return state.messages
    }
  }
}
