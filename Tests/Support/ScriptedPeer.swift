package import CRISystem

/// A server that follows a script, one thread a client, so that a test can be any peer, however broken.
package final class ScriptedPeer: Sendable {
  private struct State {
    var isStopped = false
    var running = 0
    var begun = 0
    var failures: [any Error] = []
  }

  /// The socket that it listens on.
  package let path: String
  private let directory: TemporaryDirectory
  private let state: Shared

  /// What the threads keep; the peer itself may go before them.
  private final class Shared: Sendable {
    let state = Locked(State())
    var isStopped: Bool { state.withLock { $0.isStopped } }
  }

  /// - Parameters:
  ///   - window: what each client may send on a stream before it is read.
  ///   - script: runs for each client; the connection ends with it.
  package init(
    backlog: Int32 = 128, window: Int32 = 4 << 20,
    _ script: @escaping @Sendable (PeerConnection) throws -> Void
  ) throws(Errno) {
    directory = try TemporaryDirectory()
    path = directory.file("s")
    state = Shared()
    let state = state
    let number = try UnixSocket.listen(at: path, backlog: backlog).release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      while !state.isStopped {
        guard (try? Poll.wait([(listener.rawValue, true, false)], timeout: .milliseconds(20))) != nil,
          let client = try? UnixSocket.accept(on: listener)
        else { continue }
        let socket = client.release()
        let index = state.state.withLock { state in
          defer {
            state.begun += 1
            state.running += 1
          }
          return state.begun
        }
        try? Thread.detach { Self.run(script, socket, index, window, state) }
      }
    }
  }

  deinit { state.state.withLock { $0.isStopped = true } }

  /// Clients so far.
  package var clients: Int { state.state.withLock { $0.begun } }

  /// Waits until at least `count` scripts have begun and none runs any more; throws what the first failed one threw.
  package func finished(_ count: Int = 1) async throws {
    let state = state
    let isOver = await eventually(within: .seconds(40)) {
      state.state.withLock { $0.begun >= count && $0.running == 0 }
    }
    if let failure = state.state.withLock({ $0.failures.first }) { throw failure }
    if !isOver { throw PeerFailure.timedOut(waitingFor: "the scripts to end") }
  }

  private static func run(
    _ script: @Sendable (PeerConnection) throws -> Void, _ socket: Int32, _ index: Int, _ window: Int32,
    _ state: Shared
  ) {
    do {
      try script(
        PeerConnection(Descriptor(owning: socket), number: index, window: window) { state.isStopped })
    } catch PeerFailure.stopped {
    } catch {
      state.state.withLock { $0.failures.append(error) }
    }
    state.state.withLock { $0.running -= 1 }
  }
}
