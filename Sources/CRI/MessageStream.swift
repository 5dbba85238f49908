internal import CRIGRPC
public import CRIProtobuf

/// The response messages of a server-streaming call, in order. The call starts when a loop over the stream starts, and
/// leaving the loop cancels the call. The loop throws `RPCError`.
public struct MessageStream<Element: Message>: AsyncSequence, Sendable {
  /// The error that a loop over the stream throws.
  public typealias Failure = RPCError

  struct Source {
    var messages: ByteStream.AsyncIterator
    let decode: @Sendable ([UInt8]) throws(RPCError) -> Element
  }

  /// Makes the call for one loop over the stream.
  struct Opener: Sendable {
    /// Waits between two attempts to open the stream; nil to try only once.
    let wait: ReadyWait?
    let open: @Sendable () throws(RPCError) -> Source
  }

  private let opener: @Sendable (ResponseBudget?) -> Opener

  /// - Parameter opener: Called when a loop starts; the budget limits all messages together.
  init(opener: @escaping @Sendable (ResponseBudget?) -> Opener) { self.opener = opener }

  /// Returns an iterator, which makes the call when the first message is requested.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator { opener(nil) } }

  /// Returns a stream whose messages share a budget.
  func makeAsyncIterator(_ budget: ResponseBudget) -> AsyncIterator { AsyncIterator { opener(budget) } }

  /// Makes the call and returns its responses, one at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let start: @Sendable () -> Opener
    private var opener: Opener?
    private var source: Source?
    private var hasMessage = false

    init(start: @escaping @Sendable () -> Opener) { self.start = start }

    /// Returns the next message; nil after the last one.
    /// - Throws: `RPCError`.
    public mutating func next() async throws(RPCError) -> Element? { try await advance() }

    /// Returns the next message; nil after the last one.
    /// - Throws: `RPCError`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Element? {
      try await advance()
    }

    /// Makes the call without waiting for a response, so that the runtime receives it before later calls.
    mutating func open() throws(RPCError) {
      let opener = opener ?? start()
      self.opener = opener
      if source == nil { source = try opener.open() }
    }

    private mutating func advance() async throws(RPCError) -> Element? {
      let opener = opener ?? start()
      self.opener = opener
      while true {
        do throws(RPCError) {
          if source == nil { source = try opener.open() }
          guard var current = source else { return nil }
          defer { source = current }
          guard let bytes = try await current.messages.next() else { return nil }
          hasMessage = true
          return try current.decode(bytes)
        } catch {
          guard !hasMessage, let wait = opener.wait, await wait.pause(after: error) else { throw error }
          source = nil
        }
      }
    }
  }
}
