internal import CRIHTTP2
internal import CRISystem

/// Collects a request until it is complete, then passes it to `handle`. Responds to an invalid request with an error
/// immediately.
final class RequestReader: StreamHandler {
  private struct State {
    var headers: [Header] = []
    var assembler = MessageAssembler(limit: 64 << 20)
    var messages: [[UInt8]] = []
    var isRefused = false
    var task: Task<Void, Never>?
  }

  private let stream: ServerStream
  private let handle: @Sendable (ServerCall) async -> Void
  private let state = Locked(State())

  init(_ stream: ServerStream, handle: @escaping @Sendable (ServerCall) async -> Void) {
    self.stream = stream
    self.handle = handle
  }

  func received(headers: [Header], endStream: Bool) {
    state.withLock { if $0.headers.isEmpty { $0.headers = headers } }
  }

  func received(data: [UInt8]) -> Bool {
    state.withLock { state in
      if state.isRefused { return }
      do throws(MessageAssembler.Failure) {
        try state.assembler.append(data, &state.messages)
        if state.messages.count > 1 { refuse(&state, .internal, "the request contains more than one message") }
      } catch {
        refuse(&state, error)
      }
    }
    return true
  }

  func ended() {
    state.withLock { state in
      if state.isRefused { return }
      do throws(MessageAssembler.Failure) {
        try state.assembler.end()
      } catch {
        return refuse(&state, error)
      }
      guard let message = state.messages.first else {
        return refuse(&state, .internal, "the request contains no message")
      }
      let call = call(state, message)
      let handle = handle
      state.task = Task { await handle(call) }
    }
  }

  func closed(_ failure: StreamFailure?) { state.withLock { $0.task }?.cancel() }

  private func refuse(_ state: inout State, _ failure: MessageAssembler.Failure) {
    switch failure {
    case .compressed: refuse(&state, .internal, "the message is compressed, but only identity is accepted")
    case .badFlag(let flag): refuse(&state, .internal, MessageAssembler.Failure.badFlagMessage(flag))
    case .tooLarge(let size):
      refuse(
        &state, .resourceExhausted, "the request has \(size) bytes; the limit is \(state.assembler.limit)")
    case .truncated(let missing): refuse(&state, .internal, "the message is truncated: \(missing) bytes are missing")
    }
  }

  private func refuse(_ state: inout State, _ code: StatusCode, _ message: String) {
    state.isRefused = true
    state.messages = []
    call(state, []).finish(code, message)
  }

  private func call(_ state: State, _ message: [UInt8]) -> ServerCall {
    ServerCall(
      method: state.headers[":path"] ?? "", headers: state.headers, message: message, stream: stream)
  }
}
