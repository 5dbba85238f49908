internal import CRISystem

/// Where lines go: what the container wrote to standard error to ours, and the rest to standard output.
package struct LogOutput: ~Copyable {
  /// Both streams go to one place: through one buffer, so that their order stays.
  let isOne: Bool
  private var output: BufferedOutput
  private var errors: BufferedOutput
  /// Bytes that may still be written.
  private var rest: Int

  /// - Parameter limit: bytes of both streams together, after which the output is cut, be it within a line; nil: none.
  package init(limit: Int? = nil) {
    self.init(output: 1, errors: 2, isOne: Environment.outputsAreOne, limit: limit)
  }

  /// To other descriptors than the process's own.
  package init(output: Int32, errors: Int32, isOne: Bool, limit: Int? = nil) {
    self.isOne = isOne
    rest = limit ?? .max
    self.output = BufferedOutput(descriptor: output, capacity: 128 << 10)
    self.errors = BufferedOutput(descriptor: errors)
  }

  /// Whether the limit is reached.
  var isFull: Bool { rest <= 0 }

  /// A program's output is passed on byte by byte, also to a terminal and with whatever controls it: as crictl and
  /// kubectl do, for colours and progress bars, and because a log that was changed proves nothing.
  mutating func write(_ bytes: Span<UInt8>, _ stream: LogStream) throws(LogError) {
    let allowed = bytes.count <= rest ? bytes : bytes.extracting(first: max(0, rest))
    rest -= allowed.count
    do throws(Errno) {
      if isOne || stream == .stdout { try output.append(allowed) } else { try errors.append(allowed) }
    } catch {
      throw .output(error)
    }
  }

  mutating func write(_ byte: UInt8, _ stream: LogStream) throws(LogError) {
    guard rest > 0 else { return }
    rest -= 1
    do throws(Errno) {
      if isOne || stream == .stdout { try output.append(byte) } else { try errors.append(byte) }
    } catch {
      throw .output(error)
    }
  }

  package mutating func flush() throws(LogError) {
    do throws(Errno) {
      try output.flush()
      try errors.flush()
    } catch {
      throw .output(error)
    }
  }
}
