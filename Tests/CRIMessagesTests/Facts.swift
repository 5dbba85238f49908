import Foundation

/// Loads the recorded tables of the CRI.
enum Facts {
  static func lines(_ name: String) throws -> [Substring] {
    try String(contentsOf: Bundle.module.bundleURL.appending(path: "Facts/\(name)"), encoding: .utf8)
      .split(separator: "\n")
  }
}
