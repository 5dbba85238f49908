internal import Glibc

/// Reads standard input without blocking the tasks that wait for it.
package final class StandardInput: Sendable {
  private let worker: Worker
  private let stop: WakePipe

  package init() throws(Errno) {
    worker = try Worker()
    stop = try WakePipe()
  }

  /// Waits for input.
  /// - Returns: Up to `limit` bytes; an empty array at the end; nil after `cancel`.
  /// - Throws: The error of the system call.
  package func next(_ limit: Int = 128 << 10) async throws(Errno) -> [UInt8]? {
    let result: Result<[UInt8]?, Errno> = await worker.run { [self] in
      do throws(Errno) { return .success(try read(limit)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Ends the wait in `next`; from then on, `next` returns nil immediately.
  package func cancel() { stop.wake() }

  private func read(_ limit: Int) throws(Errno) -> [UInt8]? {
    while true {
      let ready = try Poll.wait([(stop.descriptor, true, false), (STDIN_FILENO, true, false)], timeout: nil)
      if ready[0].readable { return nil }
      if ready[1].readable, let bytes = try Descriptor.readBytes(limit, from: STDIN_FILENO) { return bytes }
    }
  }
}
