// swift-format-ignore-file: NeverForceUnwrap
internal import CRISystem
internal import Glibc

/// A process that a test has started. It is killed when the last reference is released.
package final class SpawnedProcess: Sendable {
  package let pid: Int32
  private let state: Locked<State>

  private struct State: ~Copyable {
    /// Our end of the process's standard input and output.
    var channel: Descriptor?
    var text: [UInt8] = []
    var status: Int32?
  }

  /// Starts the program at the path `words[0]`. It inherits the test's standard error.
  package init(_ words: [String]) throws {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    _ = try retrying { socketpair(AF_UNIX, type, 0, &ends) }
    let ours = Descriptor(owning: ends[0])
    let theirs = Descriptor(owning: ends[1])
    try ours.setFlags()
    pid = try spawn(words) { actions in
      for number: Int32 in [0, 1] { posix_spawn_file_actions_adddup2(&actions, theirs.rawValue, number) }
    }
    state = Locked(State(channel: consume ours))
  }

  deinit {
    signal(SIGKILL)
    if state.withLock({ $0.status == nil }) { waitpid(pid, nil, 0) }
  }

  package func signal(_ number: Int32) {
    // Once the process has been waited for, its PID can belong to another process.
    state.withLock { if $0.status == nil { _ = kill(pid, number) } }
  }

  /// Returns the next line of the process's output; nil if it has closed its output or prints nothing for 30 seconds.
  package func line() async -> String? {
    let line = Locked<String?>(nil)
    _ = await eventually(within: .seconds(30)) { [self] in
      let hasEnded = read()
      return state.withLock { state in
        guard let end = state.text.firstIndex(of: 10) else { return hasEnded }
        let text = String(decoding: state.text[..<end], as: UTF8.self)
        state.text.removeSubrange(...end)
        line.withLock { $0 = text }
        return true
      }
    }
    return line.withLock { $0 }
  }

  /// Waits until the process exits, up to 2 minutes.
  /// - Returns: The exit code (128 plus the number of a signal that killed it), and the output that had not been read
  ///   yet.
  package func end() async -> (code: Int32?, text: String) {
    _ = await eventually(within: .seconds(120)) { [self] in
      let hasEnded = read()
      return state.withLock { state in
        var status: Int32 = 0
        guard hasEnded, waitpid(pid, &status, WNOHANG) == pid else { return false }
        state.status = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
        return true
      }
    }
    return state.withLock { ($0.status, String(decoding: $0.text, as: UTF8.self)) }
  }

  /// - Returns: true if the process has closed its output.
  private func read() -> Bool {
    state.withLock { state in
      withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
        do throws(Errno) {
          while let count = try state.channel!.read(into: buffer) {
            if count == 0 { return true }
            state.text += buffer[..<count]
          }
          return false
        } catch {
          return true
        }
      }
    }
  }
}
