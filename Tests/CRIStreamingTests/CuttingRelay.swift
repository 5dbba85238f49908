import CRISystem

@testable import CRIStreaming

/// Forwards one connection to a server on the loopback interface, and closes it after a given number of bytes from the
/// server.
struct CuttingRelay {
  let port: UInt16

  init(to server: UInt16, afterBytes limit: Int) throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    port = try listener.localPort()
    let number = listener.release()
    try Thread.detach { try? Self.run(Descriptor(owning: number), server, limit) }
  }

  private static func run(_ listener: consuming Descriptor, _ server: UInt16, _ limit: Int) throws {
    _ = try Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(60))
    guard let accepted = try TCPSocket.accept(on: listener) else { return }
    let ends = [PlainSocket(accepted), PlainSocket(try TCPSocket.connect(to: .loopback(port: server)))]
    var left = limit
    while left > 0 {
      let ready = try Poll.wait(ends.map { ($0.number, true, false) }, timeout: .seconds(60))
      for index in ends.indices where ready[index].readable {
        guard let bytes = try ends[index].read(16 << 10) else { continue }
        if bytes.isEmpty { return }
        var pipe = StreamPipe(ends[1 - index])
        pipe.output = index == 1 ? Array(bytes.prefix(left)) : bytes
        if index == 1 { left -= bytes.count }
        while !pipe.flush() { _ = try Poll.wait([(pipe.socket.number, false, true)], timeout: .seconds(60)) }
      }
    }
  }
}
