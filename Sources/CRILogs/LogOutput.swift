internal import CRISystem

/// The destination of log lines: a container's standard error goes to our standard error, and the rest to standard output.
package struct LogOutput: ~Copyable {
  /// Whether both streams have the same destination. They then share a buffer, which keeps their order.
  let isCombined: Bool
  private var output: BufferedOutput
  private var errors: BufferedOutput
  /// The number of bytes that may still be written.
  private var remaining: Int

  /// Creates an output to standard output and standard error.
  /// - Parameter limit: The maximum number of bytes of both streams together, even if it cuts a line; nil means no limit.
  package init(limit: Int? = nil) {
    self.init(output: 1, errors: 2, isCombined: Environment.outputsAreCombined, limit: limit)
  }

  /// Creates an output to other descriptors, which stay open.
  package init(output: Int32, errors: Int32, isCombined: Bool, limit: Int? = nil) {
    self.isCombined = isCombined
    remaining = limit ?? .max
    self.output = BufferedOutput(descriptor: output, capacity: 128 << 10)
    self.errors = BufferedOutput(descriptor: errors)
  }

  /// Whether the limit has been reached.
  var isFull: Bool { remaining <= 0 }

  /// Writes bytes unchanged, including terminal control sequences. crictl and kubectl do the same, colours and progress
  /// bars need it, and an altered log is not evidence.
  mutating func write(_ bytes: Span<UInt8>, _ stream: LogStream) throws(LogError) {
    let allowed = bytes.count <= remaining ? bytes : bytes.extracting(first: max(0, remaining))
    remaining -= allowed.count
    do throws(Errno) {
      if isCombined || stream == .stdout { try output.append(allowed) } else { try errors.append(allowed) }
    } catch {
      throw .output(error)
    }
  }

  mutating func write(_ byte: UInt8, _ stream: LogStream) throws(LogError) {
    guard remaining > 0 else { return }
    remaining -= 1
    do throws(Errno) {
      if isCombined || stream == .stdout { try output.append(byte) } else { try errors.append(byte) }
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
