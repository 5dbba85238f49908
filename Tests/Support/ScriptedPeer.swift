package import CRISystem

/// A server that runs a script for each client, on its own thread. This allows a test to imitate any peer, including a
/// broken one.
package final class ScriptedPeer: Sendable {
  private struct State {
    var isStopped = false
    var running = 0
    var begun = 0
    var failures: [any Error] = []
  }

  /// The path of the socket.
  package let path: String
  private let directory: TemporaryDirectory
  private let state: Shared

  /// The state of the threads, which can outlive the peer.
  private final class Shared: Sendable {
    let state = Locked(State())
    var isStopped: Bool { state.withLock { $0.isStopped } }
  }

  /// - Parameters:
  ///   - window: The bytes that a client can send on a stream before they are consumed.
  ///   - script: Called for each client. When it returns, the connection is closed.
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

  /// The number of clients so far.
  package var clients: Int { state.state.withLock { $0.begun } }

  /// Waits until at least `count` scripts have started and all have ended. Throws the first error that a script threw.
  package func finished(_ count: Int = 1) async throws {
    let state = state
    let hasEnded = await eventually(within: .seconds(40)) {
      state.state.withLock { $0.begun >= count && $0.running == 0 }
    }
    if let failure = state.state.withLock({ $0.failures.first }) { throw failure }
    if !hasEnded { throw PeerFailure.timedOut(waitingFor: "the scripts to end") }
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
