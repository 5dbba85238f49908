import CRIMessages
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

/// Tests `--watch` in a pipe and on a terminal.
@Suite("Watch") struct WatchTests {
  /// Each response contains one pod more than the last, up to a limit.
  private static func runtime(from first: Int = 1) throws -> TestRuntime {
    let count = Locked(first)
    return try TestRuntime { name, _ in
      guard name == "ListPodSandbox" else { return nil }
      let pods = count.withLock { count in
        defer { count += 1 }
        return (0..<count).map { PodSandbox(id: "p\($0)") }
      }
      return .message(ListPodSandboxResponse(items: pods))
    }
  }

  @Test("a watch separates YAML documents in a pipe")
  func yaml() async throws {
    let runtime = try Self.runtime()
    let process = try SpawnedProcess([Tool.path("cri"), "-r", runtime.path, "pods", "--watch", "-o", "yaml"])
    var lines: [String] = []
    while lines.count < 200, lines.filter({ $0 == "items:" }).count < 3 { lines.append(await process.line() ?? "?") }
    #expect(lines.filter { $0 == "---" || $0 == "items:" } == ["items:", "---", "items:", "---", "items:"], "\(lines)")
    runtime.stop()
  }

  @Test(
    "a watch restores the terminal",
    .enabled(if: access("/usr/bin/script", X_OK) == 0, "needs script, of bsdutils"), arguments: ["q", "\\003"])
  func terminal(key: String) async throws {
    let runtime = try Self.runtime(from: 20)
    defer { withExtendedLifetime(runtime) {} }
    let command =
      "stty rows 6 cols 80; echo start; '\(Tool.path("cri"))' -r '\(runtime.path)' pods --watch; echo code $?"
    let run = try await Tool.shell(
      "(sleep 3; printf '\(key)'; sleep 1) | TERM=xterm script -qec \"\(command)\" /dev/null")
    let parts = run.output.replacing("\r\n", with: "\n").split(separator: "\u{1b}[?1049")
    #expect(parts.count == 3 && parts.last?.hasPrefix("lcode 0") == true, "\(run)")
    guard parts.count == 3 else { return }
    let screens = parts[1].split(separator: "\u{1b}[H").dropFirst()
    #expect(screens.allSatisfy { $0.filter { $0 == "\n" }.count == 5 && $0.contains("POD ID") }, "\(parts[1])")
    #expect(screens.first?.contains("16 more lines") == true, "\(parts[1])")
  }
}
