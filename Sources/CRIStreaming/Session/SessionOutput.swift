/// One output of a session. Only one reader may use it.
public struct SessionOutput: AsyncSequence, Sendable {
  /// A piece of the output.
  public typealias Element = [UInt8]
  /// Reading never throws; `Session.result()` throws the error of a lost session.
  public typealias Failure = Never

  let session: Session
  let output: RemoteOutput

  /// Reads the output piece by piece, up to 256 KiB at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let session: Session
    let output: RemoteOutput

    /// - Returns: nil at the end or if the connection is lost; `Session.result()` distinguishes the two.
    public mutating func next() async -> [UInt8]? {
      let (session, output) = (session, output)
      return await withTaskCancellationHandler {
        await session.mailbox.read(output)
      } onCancel: {
        session.cancel()
      }
    }

    /// - Returns: nil at the end, even if the connection is lost; `Session.result()` distinguishes the two.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> [UInt8]? { await next() }
  }

  /// Returns an iterator over the rest of the output. Only one iterator may be in use.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session: session, output: output) }
}
