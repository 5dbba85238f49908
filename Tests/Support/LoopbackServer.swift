package import CRISystem

/// A TCP server on this machine that sends fixed bytes to each client, regardless of what the client has requested.
package final class LoopbackServer: Sendable {
  private struct State {
    var isStopped = false
    var requests: [String] = []
  }

  /// The port on 127.0.0.1 on which it listens.
  package let port: UInt16
  private let state: Locked<State>

  /// - Parameters:
  ///   - response: The bytes that each client receives after its request.
  ///   - closes: Whether the connection is closed after the response, or stays open until the server is released.
  package init(_ response: [UInt8], closes: Bool = true) throws(Errno) {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    port = try listener.localPort()
    let state = Locked(State())
    self.state = state
    let number = listener.release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      while !state.withLock({ $0.isStopped }) {
        guard (try? Poll.wait([(listener.rawValue, true, false)], timeout: .milliseconds(20))) != nil,
          let client = try? TCPSocket.accept(on: listener)
        else { continue }
        let request = Self.readRequest(client)
        state.withLock { $0.requests.append(request) }
        Self.send(response, to: client)
        while !closes, !state.withLock({ $0.isStopped }) {
          _ = try? Poll.wait([(listener.rawValue, true, false)], timeout: .milliseconds(20))
        }
      }
    }
  }

  deinit { state.withLock { $0.isStopped = true } }

  /// The heads of the requests received so far.
  package var requests: [String] { state.withLock { $0.requests } }

  private static func readRequest(_ client: borrowing Descriptor) -> String {
    var bytes: [UInt8] = []
    while !String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n") {
      guard (try? Poll.wait([(client.rawValue, true, false)], timeout: .seconds(20))) != nil,
        let more = try? client.readBytes(1 << 12) ?? [], !more.isEmpty
      else { break }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func send(_ response: [UInt8], to client: borrowing Descriptor) {
    var sent = 0
    while sent < response.count {
      guard (try? Poll.wait([(client.rawValue, false, true)], timeout: .seconds(20))) != nil,
        let count = try? client.send(response, from: sent)
      else { return }
      sent += count
    }
  }
}
