/// Listens on TCP addresses, and accepts connections without blocking the tasks that wait for them.
package final class TCPAcceptor: Sendable {
  private struct Listener: Sendable {
    let socket: ListeningSocket
    let address: SocketAddress
  }

  private final class ListeningSocket: Sendable {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private let listeners = Locked<[Listener]>([])
  private let worker: Worker
  private let stop: WakePipe

  /// Creates an acceptor that does not listen on any address yet.
  package init() throws(Errno) {
    worker = try Worker()
    stop = try WakePipe()
  }

  /// Also listens on an address. Call this before the first `next`.
  /// - Returns: The address with the port that the kernel has chosen for port 0.
  /// - Throws: The error of a system call, such as `.addressInUse`.
  @discardableResult package func listen(on address: SocketAddress) throws(Errno) -> SocketAddress {
    let descriptor = try TCPSocket.listen(on: address)
    var bound = address
    bound.port = try descriptor.localPort()
    let listener = Listener(socket: ListeningSocket(descriptor), address: bound)
    listeners.withLock { $0.append(listener) }
    return bound
  }

  /// The addresses, in the order in which they were added.
  package var addresses: [SocketAddress] { listeners.withLock { $0.map(\.address) } }

  /// A connection, and the position of the address to which it was made.
  package struct Accepted: Sendable {
    package let address: Int
    fileprivate let number: Int32

    /// Takes the socket. Call this exactly once.
    package var socket: Descriptor { Descriptor(owning: number) }
  }

  /// Waits for a connection.
  /// - Returns: nil after `cancel`, or if the task was cancelled.
  package func next() async -> Accepted? {
    await withTaskCancellationHandler {
      await worker.run { [self] in accept() }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the wait in `next`; from then on, `next` returns nil immediately.
  package func cancel() { stop.wake() }

  private func accept() -> Accepted? {
    let listeners = listeners.withLock { $0 }
    let interests = listeners.map { (descriptor: $0.socket.descriptor.rawValue, read: true, write: false) }
    while true {
      do throws(Errno) {
        let ready = try Poll.wait([(stop.descriptor, true, false)] + interests, timeout: nil)
        if ready[0].readable { return nil }
        for (index, listener) in listeners.enumerated() where ready[index + 1].readable {
          if let socket = try TCPSocket.accept(on: listener.socket.descriptor) {
            return Accepted(address: index, number: socket.release())
          }
        }
      } catch {
        // The process has run out of descriptors; some become available when connections end.
        Thread.sleep(.milliseconds(10))
      }
    }
  }
}
