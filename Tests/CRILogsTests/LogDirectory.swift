import CRILogs
import CRISystem
import Glibc
import TestSupport

/// A temporary directory with a log and its rotated files, as a runtime and kubelet create them.
final class LogDirectory {
  let directory: TemporaryDirectory
  var log: String { directory.file("0.log") }

  init() throws { directory = try TemporaryDirectory() }

  convenience init(_ text: String) throws {
    try self.init()
    try write(Array(text.utf8))
  }

  func write(_ bytes: [UInt8], to name: String = "0.log") throws {
    try write(bytes, name, O_TRUNC)
  }

  func append(_ text: String, to name: String = "0.log") throws {
    try write(Array(text.utf8), name, O_APPEND)
  }

  private func write(_ bytes: [UInt8], _ name: String, _ flag: Int32) throws {
    let path = directory.file(name)
    let file = Descriptor(owning: try retrying { open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o600) })
    try file.writeAll(bytes)
  }

  func move(_ name: String, to other: String) { _ = rename(directory.file(name), directory.file(other)) }

  /// The text printed to the two outputs.
  struct Printed: Hashable {
    var output: [UInt8]
    var errors: [UInt8]

    init(_ output: String, _ errors: String = "") {
      (self.output, self.errors) = (Array(output.utf8), Array(errors.utf8))
    }
  }

  /// Reads the log, and returns the printed text and the notices.
  /// - Parameter isCombined: Whether both streams go to the output.
  func read(
    _ selection: LogSelection = LogSelection(), hasTimestamps: Bool = false, limit: Int? = nil,
    isCombined: Bool = false,
    notices: inout [LogNotice]
  ) throws -> Printed {
    let files = try OutputFiles(selection, hasTimestamps: hasTimestamps, limit: limit, isCombined: isCombined)
    var log = try ContainerLog(log, selection)
    try log.read(into: &files.printer)
    try log.finish(&files.printer)
    notices = log.notices
    return try files.take()
  }

  func read(
    _ selection: LogSelection = LogSelection(), hasTimestamps: Bool = false, limit: Int? = nil, isCombined: Bool = false
  ) throws -> Printed {
    var notices: [LogNotice] = []
    return try read(selection, hasTimestamps: hasTimestamps, limit: limit, isCombined: isCombined, notices: &notices)
  }
}
