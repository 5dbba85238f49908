import CRIJSON
import Foundation
import TestSupport
import Testing

/// The built command in a pseudo-terminal (Tools/streaming-peer/terminal.py).
struct TerminalRun {
  /// What the terminal has shown.
  let shown: String
  /// The exit code; nil if the command did not end.
  let code: Int?
  /// Whether the terminal has the mode that it had before.
  let isRestored: Bool

  enum Step {
    case expect(String)
    case type(String)
    case size(Int, Int)
    case signal(Int32)
    case run(String)
    /// Waits until the terminal is in raw mode, or in a different mode.
    case raw(Bool)
    /// Gives the terminal the mode that it had before, as a shell does while the command is stopped.
    case restore

    fileprivate var json: JSON {
      switch self {
      case .expect(let text): ["expect": .string(text)]
      case .type(let text): ["type": .string(text)]
      case .size(let width, let height): ["size": [.number("\(width)"), .number("\(height)")]]
      case .signal(let number): ["signal": .number("\(number)")]
      case .run(let text): ["run": .string(text)]
      case .raw(let isRaw): ["raw": isRaw ? true : false]
      case .restore: ["restore": true]
      }
    }
  }

  /// - Throws: An error if an expected text does not appear.
  static func cri(_ arguments: [String], on socket: String, _ steps: [Step]) async throws -> TerminalRun {
    let script = String(decoding: JSON.array(steps.map(\.json)).bytes(), as: UTF8.self)
    let words = [
      "/usr/bin/python3", Tool.source("Tools/streaming-peer/terminal.py"), script, Tool.path("cri"),
    ]
    let run = try await Tool.run(words + arguments, environment: ["CONTAINER_RUNTIME_ENDPOINT": socket])
    let result = try JSON.parse(Array(run.output.utf8))
    let shown = result["shown"]?.stringValue ?? ""
    if let failed = result["failed"]?.stringValue { Issue.record("\(failed) did not appear in: \(shown)") }
    return TerminalRun(
      shown: shown, code: result["code"]?.intValue.map { Int($0) }, isRestored: result["restored"] == true)
  }
}
