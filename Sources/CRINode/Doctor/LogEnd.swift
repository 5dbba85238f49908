internal import CRISystem

/// The end of a container's log, for a report.
enum LogEnd {
  /// The number of bytes that are read.
  private static let maximumSize = 16 << 10
  private static let maximumLines = 3
  /// The number of logs that a pod's story contains: those of its newest containers.
  static let maximumLogs = 50

  /// Returns the last lines; none if the file cannot be read or has none.
  static func lines(at path: String) -> [String] {
    guard let file = try? OpenFile(path), file.isRegular, let size = try? file.size() else { return [] }
    let start = max(size - maximumSize, 0)
    var buffer = [UInt8](repeating: 0, count: size - start)
    guard !buffer.isEmpty, let count = try? file.read(at: start, into: &buffer) else { return [] }
    var records = buffer[..<count].split(separator: UInt8(ascii: "\n"))
    // The first record may be incomplete.
    if start > 0, !records.isEmpty { records.removeFirst() }
    return records.suffix(maximumLines).map { text(of: $0) }
  }

  /// The text of a record: `TIME STREAM TAG TEXT` in the format of the CRI.
  private static func text(of record: ArraySlice<UInt8>) -> String {
    let fields = record.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
    let isRecord = fields.count == 4 && ["stdout", "stderr"].contains(String(decoding: fields[1], as: UTF8.self))
    return String(decoding: isRecord ? fields[3] : record, as: UTF8.self)
  }
}
