import Foundation

/// What the build makes beside the tests' own executable.
enum Executable {
  static func path(_ name: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
  }

  /// A script of ours.
  static func tool(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Tools/\(name)").standardized.path
  }
}
