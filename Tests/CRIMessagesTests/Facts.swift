import Foundation

/// The tables beside these tests.
enum Facts {
  static func lines(_ name: String) throws -> [Substring] {
    try String(contentsOf: Bundle.module.bundleURL.appending(path: "Facts/\(name)"), encoding: .utf8)
      .split(separator: "\n")
  }
}
