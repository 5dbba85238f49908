/// The messages of a server-streaming call, in order. Leaving the loop early ends the call on the server,
/// and so does dropping a stream that was never read.
package struct ByteStream: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = RPCError

  private let owner: Token

  init(_ call: Call) { owner = Token(call) }

  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner.call, owner: owner) }

  package struct AsyncIterator: AsyncIteratorProtocol {
    private let loop: Token
    /// The loop may outlive the sequence.
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

  /// Its end of life is the end of the call.
  fileprivate final class Token: Sendable {
    let call: Call
    init(_ call: Call) { self.call = call }
    deinit { call.cancel() }
  }
}
