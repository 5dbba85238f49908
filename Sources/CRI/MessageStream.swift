internal import CRIGRPC
public import CRIProtobuf

/// The response messages of a server-streaming call, in order. The call starts with the loop over the stream, and
/// leaving the loop cancels it. The loop throws `RPCError`.
public struct MessageStream<Element: Message>: AsyncSequence, Sendable {
  public typealias Failure = RPCError

  struct Source {
    var messages: ByteStream.AsyncIterator
    let decode: @Sendable ([UInt8]) throws(RPCError) -> Element
  }

  private let open: @Sendable (AnswerBudget?) throws(RPCError) -> Source

  /// - Parameter open: makes the call; a budget bounds all messages together.
  init(open: @escaping @Sendable (AnswerBudget?) throws(RPCError) -> Source) { self.open = open }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(open: { () throws(RPCError) in try open(nil) }) }

  /// The messages, bounded together.
  func makeAsyncIterator(_ budget: AnswerBudget) -> AsyncIterator {
    AsyncIterator(open: { () throws(RPCError) in try open(budget) })
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    private let open: @Sendable () throws(RPCError) -> Source
    private var source: Source?

    init(open: @escaping @Sendable () throws(RPCError) -> Source) { self.open = open }

    public mutating func next() async throws(RPCError) -> Element? { try await advance() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Element? {
      try await advance()
    }

    private mutating func advance() async throws(RPCError) -> Element? {
      if source == nil { source = try open() }
      guard var current = source else { return nil }
      defer { source = current }
      guard let bytes = try await current.messages.next() else { return nil }
      return try current.decode(bytes)
    }
  }
}
