/// The response messages of a server-streaming call, in order. The call is cancelled when the loop over the stream is
/// left early, and when a stream is released without having been read.
package struct ByteStream: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = RPCError

  private let owner: Token

  init(_ call: Call) { owner = Token(call) }

  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner.call, owner: owner) }

  package struct AsyncIterator: AsyncIteratorProtocol {
    private let loop: Token
    /// Keeps the call alive, because the iterator can outlive the sequence.
    private let owner: Token

    fileprivate init(_ call: Call, owner: Token) {
      loop = Token(call)
      self.owner = owner
    }

    package mutating func next() async throws(RPCError) -> [UInt8]? { try await loop.call.next() }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> [UInt8]? {
      try await loop.call.next()
    }
  }

  /// Cancels the call when the last reference to the token is released.
  fileprivate final class Token: Sendable {
    let call: Call
    init(_ call: Call) { self.call = call }
    deinit { call.cancel() }
  }
}
