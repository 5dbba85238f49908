internal import CRISystem

/// Finds the rotated files of a log by their names: kubelet's `0.log.20240131-120000` and, compressed,
/// `0.log.20240131-115500.gz`; logrotate's and Docker's `name.1`, `name.2.gz`.
package enum RotatedFiles {
  private static let compressed = ".gz"
  /// The suffix of a file that kubelet is still compressing.
  private static let unfinished = ".tmp"

  private enum Suffix: Hashable {
    case timestamp(Substring)
    case number(Int)
  }

  static func isCompressed(_ path: String) -> Bool { path.hasSuffix(compressed) }

  /// Whether log rotation gives a file this name: the log's own, followed by a timestamp or a number and perhaps by
  /// compression suffixes.
  package static func isRotated(_ name: String, from log: String) -> Bool {
    let whole = name.hasSuffix(unfinished) ? String(name.dropLast(unfinished.count)) : name
    return suffix(of: whole, after: log) != nil
  }

  /// Returns the paths of the rotated files, newest first. While a file is being compressed, both its versions exist; the
  /// uncompressed one is used.
  static func paths(of path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    // If the directory cannot be listed, the log itself may still be readable.
    let names = (try? Directory.names(at: directory.isEmpty ? "/" : directory)) ?? []
    var timestamps: [Substring: String] = [:]
    var numbers: [Int: String] = [:]
    for entry in names {
      switch suffix(of: entry, after: name) {
      case .timestamp(let timestamp)?:
        if timestamps[timestamp].map(isCompressed) ?? true { timestamps[timestamp] = entry }
      case .number(let number)?:
        if numbers[number].map(isCompressed) ?? true { numbers[number] = entry }
      case nil: break
      }
    }
    let byTimestamp = timestamps.sorted { $0.key > $1.key }.map(\.value)
    let byNumber = numbers.sorted { $0.key < $1.key }.map(\.value)
    return (byTimestamp + byNumber).map { "\(directory)/\($0)" }
  }

  private static func suffix(of entry: String, after name: String) -> Suffix? {
    guard entry.hasPrefix(name + ".") else { return nil }
    var suffix = entry.dropFirst(name.count + 1)
    if isCompressed(entry) { suffix = suffix.dropLast(compressed.count) }
    if isTimestamp(suffix) { return .timestamp(suffix) }
    guard suffix.utf8.count < 6, suffix.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(suffix)
    else { return nil }
    return number > 0 ? .number(number) : nil
  }

  /// Whether the text looks like kubelet's `20240131-120000`, which is local time.
  private static func isTimestamp(_ text: Substring) -> Bool {
    text.utf8.count == 15
      && text.utf8.enumerated().allSatisfy { $0 == 8 ? $1 == UInt8(ascii: "-") : (0x30...0x39).contains($1) }
  }
}
