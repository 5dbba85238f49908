/// One output of a session. It has one reader.
public struct SessionOutput: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = Never

  let session: Session
  let output: RemoteOutput

  /// Reads the output piece by piece, up to 256 KiB at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let session: Session
    let output: RemoteOutput

    /// - Returns: nil at the end, and if the connection is lost; `Session.result()` distinguishes the two.
    public mutating func next() async -> [UInt8]? {
      let (session, output) = (session, output)
      return await withTaskCancellationHandler {
        await session.mailbox.read(output)
      } onCancel: {
        session.cancel()
      }
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> [UInt8]? { await next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session: session, output: output) }
}
