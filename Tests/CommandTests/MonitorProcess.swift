import CRIJSON
import CRISystem
import Glibc
import TestSupport

/// `cri monitor`, which runs until the test ends, with its own state directory.
final class MonitorProcess: Sendable {
  let state: String
  private let process: SpawnedProcess
  private let output: String

  init(
    in directory: TemporaryDirectory, on socket: String, _ arguments: [String] = [], path: String? = nil
  ) throws {
    state = directory.file("monitor")
    output = directory.file("monitor-output")
    var variables = ["STATE_DIRECTORY=\(state)", "CRI_CONFIG_FILE=/dev/null", "TZ=UTC"]
    if let path { variables.append("PATH=\(path)") }
    let words = [Tool.path("cri"), "-r", socket, "monitor"] + arguments
    process = try SpawnedProcess(
      ["/bin/sh", "-c", "exec env \(variables.joined(separator: " ")) \"$@\" 2>>'\(output)'", "sh"] + words)
  }

  /// What the monitor has written to standard error, without the first `count` lines.
  func lines() -> [String] { TestFile.read(output).split(separator: "\n").map(String.init) }

  /// Waits for a line.
  func waitForLine(_ text: String, count: Int = 1) async -> Bool {
    await eventually(within: .seconds(90)) { [self] in lines().count { $0.contains(text) } >= count }
  }

  /// Waits until the state contains a runtime's process.
  func waitForState(of pid: Int32?) async -> Bool {
    await eventually(within: .seconds(60)) { [self] in
      guard let pid, let document = try? JSON.parse(TestFile.read("\(state)/monitor-state.json")) else {
        return false
      }
      return document["daemon"]?["pid"]?.intValue == Int64(pid)
    }
  }

  var report: JSON { (try? JSON.parse(TestFile.read("\(state)/monitor-report.json"))) ?? .null }

  var reportText: String { TestFile.read("\(state)/monitor-report.txt") }

  func end() async -> Int32? {
    process.signal(SIGTERM)
    return await process.end().code
  }
}
