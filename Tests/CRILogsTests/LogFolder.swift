import CRILogs
import CRISystem
import Glibc
import TestSupport

/// A folder with a log as a runtime and kubelet leave it.
final class LogFolder {
  let folder: TemporaryDirectory
  var log: String { folder.file("0.log") }

  init() throws { folder = try TemporaryDirectory() }

  convenience init(_ text: String) throws {
    try self.init()
    try write(Array(text.utf8))
  }

  func write(_ bytes: [UInt8], to name: String = "0.log") throws {
    try put(bytes, name, O_TRUNC)
  }

  func append(_ text: String, to name: String = "0.log") throws {
    try put(Array(text.utf8), name, O_APPEND)
  }

  private func put(_ bytes: [UInt8], _ name: String, _ flag: Int32) throws {
    let path = folder.file(name)
    let file = Descriptor(owning: try retrying { open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o600) })
    try file.writeAll(bytes)
  }

  func move(_ name: String, to other: String) { _ = rename(folder.file(name), folder.file(other)) }

  /// What is printed of it.
  struct Printed: Hashable {
    var output: [UInt8]
    var errors: [UInt8]

    init(_ output: String, _ errors: String = "") {
      (self.output, self.errors) = (Array(output.utf8), Array(errors.utf8))
    }
  }

  /// - Parameter isOne: both streams go to the output.
  func read(
    _ selection: LogSelection = LogSelection(), hasTimes: Bool = false, limit: Int? = nil, isOne: Bool = false,
    notices: inout [LogNotice]
  ) throws -> Printed {
    let screen = try Screen(selection, hasTimes: hasTimes, limit: limit, isOne: isOne)
    var log = try ContainerLog(log, selection)
    try log.read(into: &screen.printer)
    try log.finish(&screen.printer)
    notices = log.notices
    return try screen.take()
  }

  func read(
    _ selection: LogSelection = LogSelection(), hasTimes: Bool = false, limit: Int? = nil, isOne: Bool = false
  ) throws -> Printed {
    var notices: [LogNotice] = []
    return try read(selection, hasTimes: hasTimes, limit: limit, isOne: isOne, notices: &notices)
  }
}
