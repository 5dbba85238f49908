internal import CRISystem

/// The files that a log was moved to, by their names: kubelet's `0.log.20240131-120000` and, compressed,
/// `0.log.20240131-115500.gz`; logrotate's and Docker's `name.1`, `name.2.gz`.
enum RotatedFiles {
  private static let compressed = ".gz"

  static func isCompressed(_ path: String) -> Bool { path.hasSuffix(compressed) }

  /// Paths, the newest first. A file that is being compressed is there under both names: the plain one counts.
  static func of(_ path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    // A folder that may not be listed hides them; the log itself is readable all the same.
    let names = (try? Directory.names(at: folder.isEmpty ? "/" : folder)) ?? []
    var moments: [String: String] = [:]
    var numbers: [Int: String] = [:]
    for entry in names where entry.hasPrefix(name + ".") {
      var suffix = entry.dropFirst(name.count + 1)
      if isCompressed(entry) { suffix = suffix.dropLast(compressed.count) }
      if isMoment(suffix) {
        if moments[String(suffix)].map(isCompressed) ?? true { moments[String(suffix)] = entry }
      } else if suffix.utf8.count < 6, let number = Int(suffix), number > 0 {
        if numbers[number].map(isCompressed) ?? true { numbers[number] = entry }
      }
    }
    let byMoment = moments.sorted { $0.key > $1.key }.map(\.value)
    let byNumber = numbers.sorted { $0.key < $1.key }.map(\.value)
    return (byMoment + byNumber).map { "\(folder)/\($0)" }
  }

  /// `20240131-120000`, of the node's zone.
  private static func isMoment(_ text: Substring) -> Bool {
    text.utf8.count == 15
      && text.utf8.enumerated().allSatisfy { $0 == 8 ? $1 == UInt8(ascii: "-") : (0x30...0x39).contains($1) }
  }
}
