import CRILogs
import CRISystem
import Glibc

/// A printer that writes to two files instead of standard output and standard error.
final class OutputFiles {
  var printer: LinePrinter
  private let output: Descriptor
  private let errors: Descriptor
  private var offsets = (output: 0, errors: 0)

  init(_ selection: LogSelection, hasTimestamps: Bool = false, limit: Int? = nil, isCombined: Bool = false) throws {
    output = try unnamedFile()
    errors = try unnamedFile()
    printer = LinePrinter(
      selection, hasTimestamps: hasTimestamps,
      to: LogOutput(output: output.rawValue, errors: errors.rawValue, isCombined: isCombined, limit: limit))
  }

  /// Returns the text printed since the last call.
  func take() throws -> LogDirectory.Printed {
    var printed = LogDirectory.Printed("")
    printed.output = try Self.read(output.rawValue, from: &offsets.output)
    printed.errors = try Self.read(errors.rawValue, from: &offsets.errors)
    return printed
  }

  private static func read(_ descriptor: Int32, from offset: inout Int) throws -> [UInt8] {
    let file = try OpenFile(Descriptor(owning: try retrying { dup(descriptor) }))
    var bytes = [UInt8](repeating: 0, count: try file.size() - offset)
    var count = 0
    while count < bytes.count { count += try file.read(at: offset + count, into: &bytes, from: count) }
    offset += count
    return bytes
  }
}
