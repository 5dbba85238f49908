import CRICommandLine
import CRIGRPC
import CRIMessages
import CRISystem
import Foundation
import TestSupport
import Testing

/// The program's behaviour under the name crictl, as cri-tools' own tests require, and under its own name.
@Suite struct CrictlNameTests {
  private static func run(_ name: String, _ words: [String], on runtime: TestRuntime) async throws -> Tool {
    let directory = try TemporaryDirectory()
    chmod(directory.path, 0o755)
    guard symlink(Tool.path("cri"), directory.file(name)) == 0 else { throw Errno.last }
    return try await Tool.run(
      [directory.file(name)] + words, environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.path])
  }

  private static func emptyRuntime() throws -> TestRuntime {
    try TestRuntime { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse())
      case "ListPodSandbox": .message(ListPodSandboxResponse())
      case "ListImages": .message(ListImagesResponse())
      default: .failure(.unknown, "no")
      }
    }
  }

  struct Case: Sendable {
    let words: [String]
    /// The exit code under each name, and parts of the output and the errors under the name crictl.
    let cri: Int32
    let crictl: Int32
    var output = ""
    var errors = ""
  }

  private static let cases = [
    Case(words: ["help"], cri: 0, crictl: 0, output: "crictl - client for CRI"),
    Case(words: ["--help"], cri: 0, crictl: 0, output: "crictl - client for CRI"),
    Case(words: ["-h"], cri: 0, crictl: 0, output: "crictl - client for CRI"),
    Case(words: ["ps", "-h"], cri: 0, crictl: 0, output: "NAME:\n   crictl ps - "),
    Case(
      words: ["--invalid"], cri: 2, crictl: 1, output: "crictl - client for CRI",
      errors: "flag provided but not defined: -invalid"),
    Case(words: ["rm"], cri: 2, crictl: 0, output: "crictl rm"),
    Case(words: ["rmi"], cri: 2, crictl: 0, output: "crictl rmi"),
    Case(words: ["rmp"], cri: 2, crictl: 0, output: "crictl rmp"),
    Case(words: ["create", "x", "y"], cri: 2, crictl: 0, output: "crictl create"),
    Case(words: ["run", "x"], cri: 2, crictl: 0, output: "crictl run"),
    Case(words: ["exec", "-i"], cri: 125, crictl: 0, output: "crictl exec"),
    Case(words: ["exec", "x"], cri: 125, crictl: 0, output: "crictl exec"),
    Case(words: ["port-forward", "x"], cri: 2, crictl: 0, output: "crictl port-forward"),
    Case(words: ["attach"], cri: 125, crictl: 1, errors: "crictl: "),
    Case(words: ["--version"], cri: 0, crictl: 0, output: "crictl version v1.36.0 (cri 0."),
    Case(words: ["pods", "more"], cri: 2, crictl: 0, output: "crictl pods"),
    Case(words: ["rm", "-a"], cri: 0, crictl: 0, errors: "No containers to remove"),
    Case(words: ["rmi", "-a"], cri: 0, crictl: 0, errors: "No images to remove"),
    Case(words: ["rmp", "-a"], cri: 0, crictl: 0, errors: "No pods to remove"),
    Case(words: ["inspect"], cri: 7, crictl: 0, output: "crictl inspect", errors: "nothing found per filter"),
    Case(words: ["events", "--output=ini"], cri: 2, crictl: 1, errors: #"don't support "ini" format"#),
    Case(
      words: ["events", "-o", "json", "--template={{.a}}"], cri: 2, crictl: 1,
      errors: #"template can't be used with "json" format"#),
    // crictl ignores the template, and calls the runtime.
    Case(words: ["info", "-o", "json", "--template={{.a}}"], cri: 2, crictl: 1, errors: "Status: UNKNOWN"),
    Case(
      words: ["events", "--output=go-template", "--template={{"], cri: 2, crictl: 1,
      errors: "failed to parse go-template"),
    Case(words: ["pull", "localhost/wrong"], cri: 1, crictl: 1, errors: "pulling image"),
    Case(words: ["nosuch"], cri: 2, crictl: 3, errors: "nosuch"),
    // crictl does not have these commands, so their exit codes do not change.
    Case(words: ["verify"], cri: 2, crictl: 2),
  ]

  @Test(arguments: cases) func `crictl's scripts find what they expect`(case: Case) async throws {
    let own = try await Self.run("cri", `case`.words, on: Self.emptyRuntime())
    #expect(own.code == `case`.cri, "\(own)")
    let run = try await Self.run("crictl", `case`.words, on: Self.emptyRuntime())
    #expect(run.code == `case`.crictl, "\(run)")
    #expect(`case`.output.isEmpty || run.output.contains(`case`.output), "\(run)")
    #expect(
      `case`.errors.isEmpty ? `case`.crictl != 0 || run.errors.isEmpty : run.errors.contains(`case`.errors), "\(run)")
    if !`case`.errors.isEmpty { #expect(!own.errors.contains(`case`.errors) || `case`.errors == "nosuch", "\(own)") }
  }

  @Test func `exec --sync prints what crictl prints`() async throws {
    let runtime = try TestRuntime { name, _ in
      name == "ExecSync"
        ? .message(ExecSyncResponse(stdout: Array("out".utf8), stderr: Array("err\n".utf8), exitCode: 0))
        : .failure(.unknown, "no")
    }
    let run = try await Self.run("crictl", ["exec", "--sync", "abc", "true"], on: runtime)
    #expect(run.code == 0 && run.output == "out\nerr\n\n" && run.errors.isEmpty, "\(run)")
    let own = try await Self.run("cri", ["exec", "--sync", "abc", "true"], on: runtime)
    #expect(own.code == 0 && own.output == "out" && own.errors == "err\n", "\(own)")
  }

  @Test func `exec reports a command that fails as crictl does`() async throws {
    let runtime = try TestRuntime { name, _ in
      name == "ExecSync"
        ? .message(ExecSyncResponse(stdout: Array("out".utf8), stderr: Array("Read-only\n".utf8), exitCode: 3))
        : .failure(.unknown, "no")
    }
    let run = try await Self.run("crictl", ["exec", "--sync", "abc", "touch", "/x"], on: runtime)
    #expect(run.code == 1 && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains(#"command 'touch /x' exited with 3: Read-only\n"#), "\(run)")
    let own = try await Self.run("cri", ["exec", "--sync", "abc", "touch", "/x"], on: runtime)
    #expect(own.code == 3 && own.output == "out" && own.errors == "Read-only\n", "\(own)")
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let id = try await Tool.cri(["ps", "-q"], on: simulator.socket).output.split(separator: "\n").map(String.init)[0]
    let link = directory.file("crictl")
    #expect(symlink(Tool.path("cri"), link) == 0)
    let session = try await Tool.run(
      [link, "-r", simulator.socket, "exec", id, "exit", "3"], environment: ["CRI_CONFIG_FILE": "/dev/null"])
    #expect(session.code == 1 && session.errors.contains("command terminated with exit code 3"), "\(session)")
    await simulator.end()
  }

  /// CRI-O's response to ExecSync if the command exceeds its timeout.
  @Test(arguments: ["cri", "crictl"]) func `a command that exceeds its timeout is reported`(name: String) async throws {
    let runtime = try TestRuntime { name, _ in
      name == "ExecSync"
        ? .message(ExecSyncResponse(stderr: Array("command timed out".utf8), exitCode: -1)) : .failure(.unknown, "no")
    }
    let run = try await Self.run(name, ["exec", "--sync", "--timeout", "3", "abc", "sleep", "5"], on: runtime)
    #expect(run.code == (name == "cri" ? 125 : 1), "\(run)")
    #expect(run.errors.hasSuffix("\(name): command 'sleep 5' timed out\n"), "\(run)")
  }

  @Test func `config --set writes the file that crictl writes`() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("c.yaml")
    let runtime = try Self.emptyRuntime()
    let defaults = "pull-image-on-create: false\ndisable-pull-on-run: false\nmax-retries: 0\n"
    try TestFile.write(
      "\nruntime-endpoint: \"foo\"\nimage-endpoint: 'bar' # inline\ntimeout: 5\n\n# below\ndebug: true\n", to: path)
    let set = ["--config", path, "config", "--set", "runtime-endpoint=bar,image-endpoint=baz,timeout=10,debug=false"]
    let run = try await Self.run("crictl", set, on: runtime)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    #expect(
      TestFile.read(path)
        == "runtime-endpoint: \"bar\"\nimage-endpoint: 'baz' # inline\ntimeout: 10\n# below\ndebug: false\n\(defaults)")
    try TestFile.write("\ntimeout: 20\ntimeout: 5\n", to: path)
    #expect(try await Self.run("crictl", ["-c", path, "config", "--set", "timeout=30"], on: runtime).code == 0)
    #expect(
      TestFile.read(path)
        == "timeout: 30\ntimeout: 30\nruntime-endpoint: \"\"\nimage-endpoint: \"\"\ndebug: false\n\(defaults)")
    try TestFile.write("", to: path)
    #expect(try await Self.run("cri", ["-c", path, "config", "--set", "timeout=30"], on: runtime).code == 0)
    #expect(TestFile.read(path) == "timeout: 30\n")
  }

  @Test func `the page about the differences explains every behaviour that depends on the name`() {
    let page = TestFile.read(Tool.source("docs/crictl-differences.md"))
    for behaviour in CrictlBehaviour.allCases { #expect(page.contains("| \(behaviour.rawValue) |"), "\(behaviour)") }
  }
}
