import Foundation
import TestSupport

/// The shells that completion is for. Continuous integration has them all.
enum Shells {
  static var areThere: Bool {
    if ProcessFacts.environment("CI") != nil { return true }
    return ["bash", "zsh", "fish"].allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
  }
}
