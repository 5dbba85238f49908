import CRILogs
import CRISystem
import Glibc

/// Two files in place of standard output and standard error.
final class Screen {
  var printer: LinePrinter
  private let output: Descriptor
  private let errors: Descriptor
  private var taken = (output: 0, errors: 0)

  init(_ selection: LogSelection, hasTimes: Bool = false, limit: Int? = nil, isOne: Bool = false) throws {
    output = try File.unnamed()
    errors = try File.unnamed()
    printer = LinePrinter(
      selection, hasTimes: hasTimes,
      to: LogOutput(output: output.rawValue, errors: errors.rawValue, isOne: isOne, limit: limit))
  }

  /// What was printed since the last time.
  func take() throws -> LogFolder.Printed {
    var printed = LogFolder.Printed("")
    printed.output = try Self.read(output.rawValue, from: &taken.output)
    printed.errors = try Self.read(errors.rawValue, from: &taken.errors)
    return printed
  }

  private static func read(_ number: Int32, from offset: inout Int) throws -> [UInt8] {
    let file = try OpenFile(Descriptor(owning: try retrying { dup(number) }))
    var bytes = [UInt8](repeating: 0, count: try file.size() - offset)
    var count = 0
    while count < bytes.count { count += try file.read(at: offset + count, into: &bytes, from: count) }
    offset += count
    return bytes
  }
}
