import CRIMessages
import TestSupport
import Testing

@Suite("A command line")
struct CommandLineTests {
  @Test func `a closed standard output is reported as such, not as an error of the socket`() async throws {
    let runtime = try TestRuntime { _, _ in .message(VersionResponse(version: "0.1.0")) }
    let run = try await Tool.shell("\(Tool.path("cri")) -r \(runtime.path) version >&-")
    #expect(run.code == 1 && run.errors.hasPrefix("cri: cannot write to standard output: "), "\(run)")
  }

  @Test(
    "an invalid command line exits with 2 and prints one line with the invalid word and a remedy",
    arguments: [
      (["nosuch"], "cri: unknown command nosuch (see: cri --help)\n"),
      (["inspct"], "cri: unknown command inspct; did you mean inspect? (see: cri --help)\n"),
      (["port-forward"], "cri: Missing expected argument '<pod ports> ...' (see: cri port-forward --help)\n"),
      (["help", "nosuch"], "cri: unknown command nosuch (see: cri --help)\n"),
      (["ps", "--nosuch"], "cri: Unknown option '--nosuch' (see: cri ps --help)\n"),
      (["ps", "--timeout", "1s"], "cri: Unknown option '--timeout' (specify --timeout before the subcommand)\n"),
      (["-r", "/s"], "cri: no command after -r /s (see: cri --help)\n"),
      (["-r"], "cri: -r needs a value: "), (["no\u{1b}[31m"], "cri: unknown command no\\x1b[31m (see: cri --help)\n"),
    ])
  func wrong(arguments: [String], line: String) async throws {
    let run = try await Tool.cri(arguments)
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix(line), "\(run.errors)")
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.output.isEmpty)
  }

  @Test(
    "a request for help or the version is printed to standard output and exits with 0",
    arguments: [
      (["help", "ps"], "USAGE: cri ps <options>"), (["ps", "--help"], "USAGE: cri ps <options>"),
      (["ps", "-h"], "USAGE: cri ps <options>"), ([], "USAGE: cri <subcommand>"), (["help"], "USAGE: cri <subcommand>"),
      (["-v"], "cri "), (["--version"], "cri "), (["ps", "--version"], "cri "),
    ])
  func help(arguments: [String], line: String) async throws {
    let run = try await Tool.cri(arguments)
    #expect(run.code == 0)
    #expect(run.output.split(separator: "\n").contains { $0.hasPrefix(line) }, "\(run.output)")
    #expect(run.errors.isEmpty)
  }
}
