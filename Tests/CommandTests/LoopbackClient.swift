import CRISystem
import TestSupport

/// A client of a TCP port on this machine.
enum LoopbackClient {
  /// Sends bytes, and returns what arrives until the other end has closed the connection.
  /// - Parameter endsInput: Whether this end half-closes the connection after the bytes.
  static func exchange(_ port: UInt16, _ bytes: [UInt8], endsInput: Bool = true) async throws -> [UInt8] {
    let result: Result<[UInt8], Errno> = await onThread {
      do throws(Errno) {
        let socket = try TCPSocket.connect(to: .loopback(port: port))
        var (sent, isFinished, received) = (0, false, [UInt8]())
        while true {
          let ready = try Poll.wait([(socket.rawValue, true, !isFinished)], timeout: .seconds(120))
          if !ready[0].readable, !ready[0].writable { return .failure(.timedOut) }
          if ready[0].writable, !isFinished {
            if sent < bytes.count {
              sent += try socket.send(bytes, from: sent) ?? 0
            } else {
              if endsInput { socket.finishWriting() }
              isFinished = true
            }
          }
          if ready[0].readable, let piece = try socket.readBytes(1 << 16) {
            if piece.isEmpty { return .success(received) }
            received += piece
          }
        }
      } catch {
        // A connection that is refused in the pod may end with a reset.
        return [.connectionReset, .brokenPipe].contains(error) ? .success([]) : .failure(error)
      }
    }
    return try result.get()
  }
}
