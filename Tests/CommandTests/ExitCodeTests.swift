import CRIGRPC
import Testing
import TestSupport

/// Checks the exit codes in docs/exit-codes.md.
@Suite("The exit code") struct ExitCodeTests {
  static let ambiguous = "an error occurred: Multiple IDs found with provided prefix: 7"

  @Test(
    "the exit code for a runtime's error depends on the status",
    arguments: [
      (.internal, "broken", 1), (.notFound, "no such container", 7),
      // The errors of containerd and of CRI-O.
      (.unknown, ambiguous, 8), (.notFound, ambiguous, 8), (.permissionDenied, "no", 9), (.unauthenticated, "no", 9),
      (.deadlineExceeded, "context deadline exceeded", 10), (.unimplemented, "unknown service x", 3),
      (.unavailable, "server is not initialized yet", 3),
    ] as [(StatusCode, String, Int32)])
  func refusal(status: StatusCode, words: String, code: Int32) async throws {
    let commands = [
      ["inspect", "7"], ["inspectp", "7"], ["stop", "7"], ["start", "7"], ["rmp", "-f", "7"], ["pull", "x"],
    ]
    for command in commands {
      let runtime = try TestRuntime { _, _ in .failure(status, words) }
      let run = try await Tool.cri(command, on: runtime)
      #expect(run.code == code, "\(command) \(run)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(command) \(run)")
      if code == 8 { #expect(run.errors.contains("specify a longer prefix of the ID"), "\(run)") }
    }
  }

  @Test(
    "the exit code of a check without a verdict does not depend on the reason",
    arguments: [StatusCode.internal, .permissionDenied])
  func unverified(status: StatusCode) async throws {
    for command in [["snapshot"], ["preflight"], ["guard", "--", "true"]] {
      let runtime = try TestRuntime { _, _ in .failure(status, "no") }
      #expect(try await Tool.cri(command, on: runtime).code == 3, "\(command)")
    }
  }

  @Test("a timeout and a missing runtime have different exit codes")
  func unreached() async throws {
    let silentRuntime = try TestRuntime { _, _ in
      try await Task.sleep(for: .seconds(300))
      return nil
    }
    let late = try await Tool.cri(["-t", "100ms", "ps"], on: silentRuntime)
    #expect(late.code == 10 && late.errors.contains("--timeout"), "\(late)")
    let none = try await Tool.cri(["ps"], on: "/nonexistent/cri.sock")
    #expect(none.code == 3 && none.errors.contains("check that the runtime is running"), "\(none)")
  }
}
