internal import CRISystem

/// The files of a systemd unit (systemd.unit(5)).
struct UnitFiles {
  /// systemd's directories, the most important one first.
  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]
  /// The maximum size of the files together, in bytes. Real unit files have a few kilobytes.
  static let maximumSize = 1 << 20

  let files: NodeFiles
  private var remaining = Self.maximumSize

  init(_ files: NodeFiles) { self.files = files }

  /// The settings in the section `[Service]` of a service, in their order: a later value replaces an earlier one, or
  /// adds to a list. It is empty if the unit has no file.
  mutating func settings(of name: String) -> [(key: String, value: String)] {
    paths(of: name).flatMap { settings(in: $0) }
  }

  /// The unit's file, and its drop-ins in the order of their names. A file hides those with the same name in less
  /// important directories.
  private func paths(of name: String) -> [String] {
    let main = Self.directories.map { "\($0)/\(name)" }.first { (try? files.exists($0)) == true }
    var dropIns: [String: String] = [:]
    for directory in Self.directories.map({ "\($0)/\(name).d" }) {
      for file in (try? files.names(in: directory)) ?? [] where file.hasSuffix(".conf") && dropIns[file] == nil {
        dropIns[file] = "\(directory)/\(file)"
      }
    }
    return (main.map { [$0] } ?? []) + dropIns.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The lines of a file without comments; none if it cannot be read, or if the files have become too large.
  mutating func lines(_ path: String) -> [Substring] {
    guard remaining > 0, let text = try? files.text(path, limit: remaining) else { return [] }
    // Even an empty file takes time to read.
    remaining -= min(remaining, text.utf8.count + 1024)
    return text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
      .filter { $0.first != "#" && $0.first != ";" }
  }

  private mutating func settings(in path: String) -> [(key: String, value: String)] {
    var isService = false
    return lines(path).compactMap { line in
      if line.first == "[" { isService = line.hasPrefix("[Service]") }
      guard isService, let separator = line.firstIndex(of: "=") else { return nil }
      let key = String(line[..<separator].prefix { !$0.isWhitespace })
      return (key, String(line[line.index(after: separator)...].drop(while: \.isWhitespace)))
    }
  }
}
