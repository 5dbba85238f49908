import CRIJSON
import CRIMessages
import CRIReport
import CRISnapshot
import Glibc
import TestSupport
import Testing

/// Tests `-o` and `--report` as users use them.
@Suite(.timeLimit(.minutes(10))) struct ReportCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Verifies the recorded restart of containerd 1.6.12, in which two pods lose their addresses.
  private func verify(_ arguments: [String], from runtime: String = "containerd-1.6.12") async throws -> Tool {
    for (name, moment) in [("before", Recording.Moment.before), ("after", .after)] {
      try TestFile.write(try Snapshot.recorded(runtime, moment).json.text(), to: directory.file(name))
    }
    return try await Tool.cri(
      ["verify", "--before", directory.file("before"), "--after", directory.file("after")] + arguments)
  }

  private func mode(_ name: String) -> UInt32? {
    var status = stat()
    return stat(directory.file(name), &status) == 0 ? status.st_mode & 0o777 : nil
  }

  @Test func `all formats can be written by one run`() async throws {
    let formats = ["table", "json", "yaml", "junit", "tap", "nagios", "prometheus", "github", "html"]
    let run = try await verify(formats.flatMap { ["--report", "\($0)=\(directory.file($0))"] })
    #expect(run.code == 1 && run.errors.isEmpty && run.output.contains("LOST"))
    for format in formats {
      let alone = try await verify(["-o", format])
      #expect(alone.code == (format == "nagios" ? 2 : 1))
      // The time of the check differs.
      if !["prometheus", "junit", "html"].contains(format) {
        #expect(TestFile.read(directory.file(format)) == alone.output, "\(format)")
      }
      #expect(!alone.output.isEmpty && alone.output.hasSuffix("\n") && mode(format) == 0o644)
    }
    #expect(try JSON.parse(TestFile.read(directory.file("json")))["exitCode"] == 1)
  }

  @Test func `a report keeps the mode of the existing file`() async throws {
    try TestFile.write("old", to: directory.file("r"))
    chmod(directory.file("r"), 0o640)
    #expect(try await verify(["--report", "tap=\(directory.file("r"))"]).code == 1)
    #expect(mode("r") == 0o640 && TestFile.read(directory.file("r")).hasPrefix("TAP version 13\n"))
  }

  @Test(arguments: [("containerd-1.6.12", Int32(2), "CRITICAL"), ("containerd-1.6.20", 0, "OK")])
  func `nagios has its own exit codes`(runtime: String, code: Int32, word: String) async throws {
    let run = try await verify(["-o", "nagios"], from: runtime)
    #expect(run.code == code && run.output.hasPrefix("CRI VERIFY \(word) - "), "\(run)")
  }

  /// Prometheus allows control characters in labels, but somebody may show the file on a terminal.
  @Test(arguments: ReportFormat.allCases.map(\.rawValue))
  func `control characters in names do not reach a terminal`(format: String) async throws {
    var (before, after) = (
      try Snapshot.recorded("containerd-1.6.12", .before), try Snapshot.recorded("containerd-1.6.12", .after)
    )
    for index in before.sandboxes.indices { before.sandboxes[index].status.metadata?.name = "\u{1b}]0;owned\u{7}" }
    for index in after.sandboxes.indices { after.sandboxes[index].status.metadata?.name = "\u{1b}]0;owned\u{7}" }
    try TestFile.write(before.json.text(), to: directory.file("before"))
    try TestFile.write(after.json.text(), to: directory.file("after"))
    let command =
      "NO_COLOR=1 '\(Tool.path("cri"))' verify --before '\(directory.file("before"))' --after '\(directory.file("after"))'"
    let run = try await Tool.run(["/usr/bin/script", "-qec", "\(command) -o \(format)", "/dev/null"])
    // Nagios receives only numbers.
    #expect(run.output.contains("owned") || format == "nagios", "\(run)")
    #expect(!run.output.contains("\u{1b}]") && !run.output.contains("\u{7}"), "\(run)")
    if format == "prometheus" {
      let file = try await Tool.run(["/bin/sh", "-c", "\(command) -o \(format)"])
      #expect(file.output.contains("owned") && !file.output.contains("\u{1b}"), "\(file)")
    }
  }

  @Test func `a check that fails replaces an earlier report`() async throws {
    let file = directory.file("r")
    #expect(try await verify(["--report", "json=\(file)"]).code == 1)
    let run = try await Tool.cri(
      ["verify", "--before", directory.file("before"), "--report", "json=\(file)", "-o", "nagios"],
      on: directory.file("no.sock"))
    #expect(run.code == 3 && run.output.hasPrefix("CRI VERIFY UNKNOWN - not checked: cannot connect"), "\(run)")
    let document = try JSON.parse(TestFile.read(file))
    #expect(document["verdict"] == "failed" && document["exitCode"] == 3)
    // The exit code for a missing snapshot is 2, which Nagios would interpret as critical.
    let missing = try await Tool.cri(["verify", "--before", directory.file("missing"), "-o", "nagios"])
    #expect(missing.code == 3 && missing.output.hasPrefix("CRI VERIFY UNKNOWN"))
    let preflight = try await Tool.cri(["preflight", "-o", "tap"], on: directory.file("no.sock"))
    #expect(preflight.code == 3 && preflight.output.hasPrefix("TAP version 13\nBail out! "))
  }

  /// Nagios would interpret exit code 2 as a loss.
  @Test(arguments: [
    ("verify --befor x -o nagios", Int32(3)), ("preflight --to x --output=nagios", 3), ("guard -o nagios", 3),
    ("preflight -onagios --report tap=/nonexistent/f", 3), ("verify -o nagio", 2), ("verify nagios", 2),
    ("pods -o nagios", 2), ("guard --nope -- x -o nagios", 2),
  ])
  func `a usage error is reported to Nagios as UNKNOWN`(line: String, code: Int32) async throws {
    let words = line.split(separator: " ").map(String.init)
    let run = try await Tool.cri(words, on: directory.file("no.sock"))
    #expect(run.code == code && run.errors.hasPrefix("cri: "), "\(run)")
    let prefix = "CRI \(words[0].uppercased()) UNKNOWN - not checked: "
    #expect(run.output.hasPrefix(prefix) == (code == 3), "\(run)")
  }

  @Test(arguments: [
    ("junit", "specify FORMAT=FILE"), ("xml=f", "unknown format xml; the formats are table, json"),
    ("tap=", "specify a file"),
    ("tap=-", "standard output is for -o tap"), ("tap=DIR/missing/f", "No such file or directory"),
    ("tap=DIR", "Is a directory"), ("tap=/proc/f", "cannot be written"),
  ])
  func `a report file that cannot be written is detected before anything runs`(text: String, words: String) async throws
  {
    let runtime = try await SimulatorProcess(in: directory)
    let report = text.split(separator: "DIR", omittingEmptySubsequences: false).joined(separator: directory.path)
    let command = ["--", "/bin/touch", directory.file("touched")]
    for arguments in [["guard", "--report", report] + command, ["verify", "--before", "x", "--report", report]] {
      let run = try await Tool.cri(arguments, on: runtime.socket)
      #expect(run.code == 2 && run.output.isEmpty)
      SnapshotCommandTests.expectOneLine(run, containing: words)
    }
    #expect(!TestFile.exists(directory.file("touched")))
    let run = try await Tool.cri(["preflight", "--report", report], on: runtime.socket)
    #expect(run.code == 2 && run.output.isEmpty)
  }

  /// Destinations of standard output, a report and standard error, with the exit codes for an intact verdict, a lost
  /// verdict and a failed check.
  private static let destinations: [(String, String, intact: Int32, lost: Int32, failed: Int32)] = [
    ("a closed pipe", "| true", 0, 1, 3),
    ("a closed pipe, as a document", "-o json | true", 0, 1, 3),
    ("a closed pipe for both streams", "2>&1 | true", 0, 1, 3),
    ("a report in a closed pipe", "--report json=/dev/fd/1 -o tap | true", 3, 1, 3),
    ("a full device", ">/dev/full", 3, 1, 3),
    ("a full device, as a document", "-o json >/dev/full", 3, 1, 3),
    ("a full device for both streams", ">/dev/full 2>&1", 3, 1, 3),
  ]

  @Test(arguments: destinations)
  func `the exit code is the verdict, wherever the output goes`(
    name: String, redirection: String, intact: Int32, lost: Int32, failed: Int32
  ) async throws {
    let pieces = redirection.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    // With -D a line on standard error precedes the check and must not end it.
    let options = "-D -r '\(directory.file("no.sock"))'"
    for (runtime, code) in [("containerd-1.6.20", intact), ("containerd-1.6.12", lost), (nil, failed)] {
      _ = try await verify([], from: runtime ?? "containerd-1.6.12")
      let after = runtime == nil ? "" : "--after '\(directory.file("after"))'"
      let command =
        "'\(Tool.path("cri"))' \(options) verify --before '\(directory.file("before"))' \(after) \(pieces[0])"
      // The reader closes the pipe before anything is written.
      let reader = pieces.count > 1 ? "|\(pieces[1])" : ""
      let run = try await Tool.shell(
        "{ sleep 0.3; \(command); echo $? >'\(directory.file("code"))'; } \(reader)")
      #expect(TestFile.read(directory.file("code")) == "\(code)\n", "\(name), \(runtime ?? "no runtime"): \(run)")
    }
  }

  @Test func `two reports cannot have the same file`() async throws {
    let file = directory.file("f")
    let run = try await verify(["--report", "tap=\(file)", "--report", "json=\(file)"])
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(run, containing: "another report goes to this file")
    #expect(!TestFile.exists(file))
  }

  @Test func `an unknown format is reported in one line`() async throws {
    for format in ["text", "xml", ""] {
      let run = try await verify(["-o", format])
      #expect(run.code == 2)
      SnapshotCommandTests.expectOneLine(run, containing: "the formats are table, json, yaml, junit, tap, nagios")
    }
  }

  /// Uses the test harness of Perl if it is installed.
  @Test(.enabled(if: TestFile.exists("/usr/bin/prove"))) func `Perl's prove accepts the TAP report`() async throws {
    for (runtime, failed) in [("containerd-1.6.12", "Failed tests:  1, 4-5"), ("containerd-1.6.20", "Result: PASS")] {
      _ = try await verify(["--report", "tap=\(directory.file("t"))"], from: runtime)
      let run = try await Tool.run(["/usr/bin/prove", "--exec", "cat", directory.file("t")])
      #expect(run.output.contains(failed) && !run.output.contains("Parse errors"), "\(run)")
    }
  }
}
