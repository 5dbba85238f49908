import Foundation
import TestSupport

/// The shells that completion supports. Continuous integration has all of them.
enum Shells {
  static var areInstalled: Bool {
    if ProcessFacts.environment("CI") != nil { return true }
    return ["bash", "zsh", "fish"].allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
  }
}
