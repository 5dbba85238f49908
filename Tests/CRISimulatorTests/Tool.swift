import Foundation

/// A program that a test runs.
final class Tool: @unchecked Sendable {
  let process = Process()
  private let output = Pipe()
  private let errors = Pipe()

  /// The path of cri-sim, which is in the directory of the test executable.
  static let simulator = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("cri-sim").path
  /// The root directory of the package.
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

  /// Terminates the program if it is still running.
  deinit { if process.isRunning { process.terminate() } }

  /// Returns the first line of standard error, with its line break.
  func firstLineOfStandardError() async -> String {
    await Self.onOtherThread { [errors] in
      var text = Data()
      while let byte = try? errors.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
        text += byte
        if byte.first == 0x0a { break }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Waits until the program exits.
  func end() async -> (code: Int32, output: String, errors: String) {
    await Self.onOtherThread { [self] in
      let outputText = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, outputText, errorText)
    }
  }

  static func run(
    _ path: String, _ arguments: String...
  ) async throws -> (code: Int32, output: String, errors: String) {
    try await Tool(path, arguments).end()
  }

  /// Runs blocking work on another thread, so that it does not block the tasks that serve the program.
  private static func onOtherThread<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
  }
}
