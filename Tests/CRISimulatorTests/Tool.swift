import Foundation

/// A program that runs beside the test.
final class Tool: @unchecked Sendable {
  let process = Process()
  private let output = Pipe()
  private let errors = Pipe()

  /// Beside the tests' own executable.
  static let simulator = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("cri-sim").path
  /// The package's own.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized
    .path

  init(_ path: String, _ arguments: [String]) throws {
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// Nothing is left behind, whatever the test did.
  deinit { if process.isRunning { process.terminate() } }

  /// Up to and with the first line on stderr.
  func firstErrorLine() async -> String {
    await Self.aside { [errors] in
      var text = Data()
      while let byte = try? errors.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
        text += byte
        if byte.first == 0x0a { break }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Waits for its end.
  func end() async -> (code: Int32, output: String, errors: String) {
    await Self.aside { [self] in
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text, words)
    }
  }

  static func run(
    _ path: String, _ arguments: String...
  ) async throws -> (code: Int32, output: String, errors: String) {
    try await Tool(path, arguments).end()
  }

  /// Waits on a thread that nobody else needs: those of Swift's tasks serve the tool, where it calls us.
  private static func aside<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
  }
}
