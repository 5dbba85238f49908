internal import CRISystem

/// Finds the rotated files of a log by their names: kubelet's `0.log.20240131-120000` and, compressed,
/// `0.log.20240131-115500.gz`; logrotate's and Docker's `name.1`, `name.2.gz`.
enum RotatedFiles {
  private static let compressed = ".gz"

  static func isCompressed(_ path: String) -> Bool { path.hasSuffix(compressed) }

  /// Returns the paths of the rotated files, newest first. While a file is being compressed, both its versions exist; the
  /// uncompressed one is used.
  static func paths(of path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    // If the directory cannot be listed, the log itself may still be readable.
    let names = (try? Directory.names(at: directory.isEmpty ? "/" : directory)) ?? []
    var timestamps: [String: String] = [:]
    var numbers: [Int: String] = [:]
    for entry in names where entry.hasPrefix(name + ".") {
      var suffix = entry.dropFirst(name.count + 1)
      if isCompressed(entry) { suffix = suffix.dropLast(compressed.count) }
      if isTimestamp(suffix) {
        if timestamps[String(suffix)].map(isCompressed) ?? true { timestamps[String(suffix)] = entry }
      } else if suffix.utf8.count < 6, let number = Int(suffix), number > 0 {
        if numbers[number].map(isCompressed) ?? true { numbers[number] = entry }
      }
    }
    let byTimestamp = timestamps.sorted { $0.key > $1.key }.map(\.value)
    let byNumber = numbers.sorted { $0.key < $1.key }.map(\.value)
    return (byTimestamp + byNumber).map { "\(directory)/\($0)" }
  }

  /// Whether the text looks like kubelet's `20240131-120000`, which is local time.
  private static func isTimestamp(_ text: Substring) -> Bool {
    text.utf8.count == 15
      && text.utf8.enumerated().allSatisfy { $0 == 8 ? $1 == UInt8(ascii: "-") : (0x30...0x39).contains($1) }
  }
}
