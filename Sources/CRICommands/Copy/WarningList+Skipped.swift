internal import CRICopy
internal import CRISystem

extension WarningList {
  /// Returns a function that prints which files are not copied.
  func skipped(below source: CopyPath) -> @Sendable ([UInt8], SkipReason) -> Void {
    { path, reason in
      let slash = source.text.hasSuffix("/") || path.isEmpty ? "" : "/"
      let name = "\(source.text)\(slash)\(String(decoding: path, as: UTF8.self))"
      // Failing to write a warning must not end the command.
      try? self.write("\(name): \(Self.text(reason))")
    }
  }

  private static func text(_ reason: SkipReason) -> String {
    switch reason {
    case .kind(let kind): "skipped, because it is \(kind)"
    case .pseudoFileSystem: "skipped, because it is on procfs, sysfs or a similar file system"
    case .vanished: "skipped, because it was removed in the meantime"
    case .shrank: "it became shorter while it was read, and ends with zeros"
    }
  }
}
