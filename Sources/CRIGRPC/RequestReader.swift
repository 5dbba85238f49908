internal import CRIHTTP2
internal import CRISystem

/// Collects a request until its end, then has it handled. What is no request is answered with an error at once.
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
        try state.assembler.take(data, &state.messages)
        if state.messages.count > 1 { refuse(&state, .internal, "more than one message in the request") }
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
        return refuse(&state, .internal, "no message in the request")
      }
      let call = call(state, message)
      let handle = handle
      state.task = Task { await handle(call) }
    }
  }

  func closed(_ failure: StreamFailure?) { state.withLock { $0.task }?.cancel() }

  private func refuse(_ state: inout State, _ failure: MessageAssembler.Failure) {
    switch failure {
    case .compressed: refuse(&state, .internal, "compressed, although we accept only identity")
    case .badFlag(let flag): refuse(&state, .internal, failure.words(flag))
    case .tooLarge(let size):
      refuse(
        &state, .resourceExhausted, "the request has \(size) bytes, the limit is \(state.assembler.limit)")
    case .cutShort(let missing): refuse(&state, .internal, "cut short, \(missing) bytes missing")
    }
  }

  private func refuse(_ state: inout State, _ code: StatusCode, _ words: String) {
    state.isRefused = true
    state.messages = []
    call(state, []).finish(code, words)
  }

  private func call(_ state: State, _ message: [UInt8]) -> ServerCall {
    ServerCall(
      method: state.headers[":path"] ?? "", headers: state.headers, message: message, stream: stream)
  }
}
