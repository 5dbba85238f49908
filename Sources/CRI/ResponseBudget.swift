package import CRIGRPC
package import CRIProtobuf
internal import CRISystem

/// Limits the memory and time of responses that belong together: the messages of a streamed list, or the details of all
/// objects of a list.
package final class ResponseBudget: Sendable {
  private struct State {
    /// The bytes on the wire.
    var size = 0
    /// The bytes of memory for the decoded values.
    var decodedSize = 0
    var failure: RPCError?
  }

  private let state = Locked(State())
  private let limits: ResponseLimits
  private let retainedPerResponse: Int
  private let totalSize: Int
  package let deadline: ContinuousClock.Instant?

  /// - Parameters:
  ///   - base: The memory in bytes that all responses together may take, regardless of their size.
  ///   - perByte: The additional memory in bytes that they may take for each byte on the wire.
  ///   - retainedPerResponse: The memory in bytes that the caller needs for each response in addition to its values.
  ///   - totalSize: The maximum size in bytes of all responses together on the wire.
  ///   - deadline: The time at which the last response must have arrived; nil if each has only its own timeout.
  package init(
    base: Int? = nil, perByte: Int? = nil, retainedPerResponse: Int = 0, totalSize: Int = .max,
    deadline: ContinuousClock.Instant? = nil
  ) {
    var limits = ResponseLimits()
    if let base { limits.decodedBase = base }
    if let perByte { limits.decodedPerByte = perByte }
    self.limits = limits
    self.retainedPerResponse = retainedPerResponse
    self.totalSize = totalSize
    self.deadline = deadline
  }

  /// Returns the reason why no further request should be sent; nil as long as the budget is not exhausted.
  func failure(of method: String, _ bounds: CallBounds) -> RPCError? {
    if let excess { return excess }
    return deadline.map { $0 <= .now } == true ? bounds.deadlineExceeded(method) : nil
  }

  /// Whether the exhausted budget caused the error, rather than the response for which it was reported.
  package func isCause(of error: RPCError) -> Bool {
    if case .deadlineExceeded = error.cause { return deadline.map { $0 <= .now } == true }
    return excess == error
  }

  /// The error for responses that exceed a limit together; nil as long as they do not.
  package var excess: RPCError? { state.withLock { $0.failure } }

  /// Decodes a response within what remains of the budget.
  func decode<M: CMessage>(_ bytes: [UInt8], method: String, _ bounds: CallBounds) throws(RPCError) -> M {
    try decode(
      bytes, method: method, deadline: bounds.deadline, timedOut: bounds.deadlineExceeded(method),
      mapKeys: bounds.mapKeys)
  }

  /// Decodes a response to a call that was not made through a client, within what remains of the budget.
  /// - Parameters:
  ///   - timedOut: The error to throw if decoding exceeds the deadline; nil for a default error that names no timeout.
  ///   - mapKeys: The keys of maps that are decoded; nil for all.
  package func decode<M: CMessage>(
    _ bytes: [UInt8], method: String, deadline: ContinuousClock.Instant?, timedOut: RPCError? = nil,
    mapKeys: [String]? = nil
  ) throws(RPCError) -> M {
    let (size, spent) = state.withLock { state in
      state.size += bytes.count
      state.decodedSize += retainedPerResponse
      return (state.size, state.decodedSize)
    }
    guard size <= totalSize else {
      throw exhausted(
        method, ResponseExcess(limit: .totalSize, count: size, allowed: totalSize, elements: 0, size: bytes.count))
    }
    var allowance = limits.allowance(forBytes: bytes.count, deadline: deadline)
    allowance.decodedSize = limits.allowance(forBytes: size).decodedSize - spent
    allowance.mapKeys = mapKeys
    do throws(DecodeError) {
      let (message, decodedSize) = try M.decode(bytes, allowance)
      state.withLock { $0.decodedSize += decodedSize }
      return message
    } catch {
      throw self.error(
        error, method, timedOut ?? .deadlineExceeded(method: method, timeout: nil), size: size,
        allowed: limits.allowance(forBytes: size).decodedSize)
    }
  }

  /// Marks the budget as exhausted, and returns its first error, which is also thrown for all further responses.
  private func exhausted(_ method: String, _ excess: ResponseExcess) -> RPCError {
    state.withLock { state in
      let failure = state.failure ?? .responseOverLimit(method: method, excess)
      state.failure = failure
      return failure
    }
  }

  private func error(
    _ error: DecodeError, _ method: String, _ timedOut: RPCError, size: Int, allowed: Int
  ) -> RPCError {
    switch error.reason {
    case .malformed, .outOfMemory: return .undecodable(method: method, reason: "\(error)")
    case .deadlineExceeded: return timedOut
    case .overLimit(let excess):
      guard excess.limit == .decodedSize else {
        return .responseOverLimit(
          method: method,
          ResponseExcess(
            limit: ResponseExcess.Limit(excess.limit), count: excess.count, allowed: excess.allowed,
            elements: excess.elements, size: excess.size))
      }
      // The error names the whole budget, because what remains of it would mean little to the reader.
      return exhausted(
        method,
        ResponseExcess(
          limit: .decodedSize, count: excess.count + allowed - excess.allowed, allowed: allowed,
          elements: excess.elements, size: size))
    }
  }
}

extension ResponseExcess.Limit {
  fileprivate init(_ limit: DecodeExcess.Limit) {
    switch limit {
    case .decodedSize: self = .decodedSize
    case .elementSize: self = .elementSize
    case .depth: self = .depth
    }
  }
}
