/// The messages of a server-streaming call, in order. Leaving the loop early ends the call on the server.
package struct ByteStream: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = RPCError

  let call: Call

  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: call) }

  package struct AsyncIterator: AsyncIteratorProtocol {
    private let token: Token

    init(call: Call) { token = Token(call) }

    package mutating func next() async throws(RPCError) -> [UInt8]? { try await token.call.next() }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> [UInt8]? {
      try await token.call.next()
    }

    /// Its end of life is the loop's.
    private final class Token: Sendable {
      let call: Call
      init(_ call: Call) { self.call = call }
      deinit { call.cancel() }
    }
  }
}
