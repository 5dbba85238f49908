import CRIGRPC
import CRIMessages
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Global options")
struct GlobalsTests {
  private static func runtime() throws -> TestRuntime {
    try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: [PodSandbox(id: "p")]))
      case "ListImages": .message(ListImagesResponse(images: [Image(id: "sha256:i")]))
      default: nil
      }
    }
  }

  @Test(
    "crictl's global options are accepted, and those that only crictl supports are reported",
    arguments: [
      ("--timeout -1s", ""), ("--timeout +2s", ""), ("-t=0s", ""), ("--t 5s", ""), ("-timeout=5s", ""),
      ("--max-retries 3", ""),
      ("--max-retries=-1", ""), ("--enable-tracing=false", ""), ("--debug=F", ""), ("-D=0", ""),
      ("--tracing-endpoint 127.0.0.1:4317 --tracing-sampling-rate-per-million -1", ""),
      (
        "--profile-mem=/m --profile-cpu /c", "cri: ignored --profile-mem, --profile-cpu: only crictl supports this\n"
      ),
      ("--profile-cpu /c", "cri: ignored --profile-cpu: only crictl supports this\n"),
    ])
  func crictls(options: String, errors: String) async throws {
    let run = try await Tool.cri(options.split(separator: " ").map(String.init) + ["pods", "-q"], on: Self.runtime())
    #expect(run.output == "p\n")
    #expect(run.errors == errors)
    #expect(run.code == 0)
  }

  @Test("--debug prints each call without the contents of messages")
  func debug() async throws {
    let runtime = try TestRuntime(servingOnly: "runtime.v1alpha2.") { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse(containers: [Container(id: "c1")]))
      case "ContainerStatus": .failure(.internal, "secret")
      default: nil
      }
    }
    let run = try await Tool.cri(["-D", "ps", "-o", "wide"], on: runtime)
    let lines = run.errors.split(separator: "\n").dropFirst()
    let expected = [
      "cri: runtime.v1.RuntimeService/ListContainers: UNIMPLEMENTED after ",
      "cri: runtime.v1alpha2.RuntimeService/ListContainers: 6 bytes after ",
      "cri: runtime.v1alpha2.RuntimeService/ContainerStatus: INTERNAL after ",
    ]
    #expect(lines.count == 4 && zip(lines, expected).allSatisfy { $0.hasPrefix($1) && $0.hasSuffix(" µs") }, "\(run)")
  }

  @Test("a missing runtime is waited for only if requested", arguments: [true, false])
  func retries(isAsked: Bool) async throws {
    let directory = try TemporaryDirectory()
    let socket = directory.file("late.sock")
    try TestFile.write("max-retries: \(isAsked ? -1 : 0)\n", to: directory.file("c.yaml"))
    let made = Locked<TestRuntime?>(nil)
    let coming = Task {
      try await Task.sleep(for: .milliseconds(300))
      let runtime = try Self.runtime()
      made.withLock { $0 = runtime }
      guard link(runtime.path, socket) == 0 else { throw Errno.last }
    }
    let run = try await Tool.cri(["-c", directory.file("c.yaml"), "-r", socket, "pods", "-q"])
    try await coming.value
    #expect(run.code == (isAsked ? 0 : 3), "\(run)")
    // The flag overrides the file.
    unlink(socket)
    let none = try await Tool.cri(["-c", directory.file("c.yaml"), "--max-retries", "1", "-r", socket, "pods", "-q"])
    #expect(none.code == 3 && none.errors.contains("check that the runtime is running"), "\(none)")
  }

  @Test(arguments: [
    ("crictl", "see cri ps -a", "see crictl ps -a"), ("crictl", "(see: cri --help)", "(see: crictl --help)"),
    ("crictl", "cri: pod x; cri rmp -f x", "cri: pod x; crictl rmp -f x"), ("cri", "see cri ps -a", "see cri ps -a"),
    // Texts that only look like the command's name.
    ("crictl", "/lib/cri ps, xcri ps, cri nothing", "/lib/cri ps, xcri ps, cri nothing"),
  ])
  func `messages name the command as it was called`(name: String, text: String, expected: String) {
    #expect(Program.named(text, as: name) == expected)
    #expect(Program.called("/usr/bin/\(name)") == name && Program.called("cri-x") == "cri")
  }

  @Test func `the help names crictl if it was called crictl`() async throws {
    let directory = try TemporaryDirectory()
    guard symlink(Tool.path("cri"), directory.file("crictl")) == 0 else { throw Errno.last }
    let version = try await Tool.run([directory.file("crictl"), "--version"])
    #expect(version.output == "crictl version \(Crictl.version) (cri \(CRICommand.version))\n" && version.code == 0)
    let help = try await Tool.run([directory.file("crictl"), "ps", "--help"])
    #expect(help.output.contains("USAGE: crictl ps") && !help.output.contains("cri ps"), "\(help)")
    let wrong = try await Tool.run([directory.file("crictl"), "stop"])
    #expect(wrong.errors.hasPrefix("crictl: ") && wrong.errors.contains("crictl stop --help"), "\(wrong)")
  }

  @Test("the message about a pull that timed out names the option that limits it")
  func pull() async throws {
    let runtime = try TestRuntime { name, _ in
      try await Task.sleep(for: .seconds(60))
      return nil
    }
    let run = try await Tool.cri(["pull", "--pull-timeout", "50ms", "a/b"], on: runtime)
    #expect(run.code == 10)
    #expect(run.errors == "cri: image a/b: the pull timed out; specify a longer --pull-timeout\n")
  }

  @Test("an invalid duration is rejected", arguments: ["-", "--1s", "-x", "", "+", "++1s"])
  func timeout(text: String) async throws {
    let run = try await Tool.cri(["-t", text, "pods"])
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("cri: --timeout \(text): specify a duration"))
  }

  @Test("an empty --image-endpoint and empty variables do not specify a socket")
  func empty() async throws {
    let runtime = try Self.runtime()
    for command in ["pods", "images"] {
      let run = try await Tool.cri(
        ["-i", "", command, "-q"], on: runtime, environment: ["IMAGE_SERVICE_ENDPOINT": ""])
      #expect(run.code == 0, "\(run.errors)")
    }
    let directory = try TemporaryDirectory()
    try TestFile.write("runtime-endpoint: \(runtime.path)\n", to: directory.file("c.yaml"))
    let run = try await Tool.cri(
      ["-c", directory.file("c.yaml"), "pods", "-q"], environment: ["CONTAINER_RUNTIME_ENDPOINT": ""])
    #expect(run.output == "p\n", "\(run.errors)")
    let refused = try await Tool.cri(["-r", "", "pods"], on: runtime)
    #expect(refused.code == 2)
    #expect(refused.errors == "cri: --runtime-endpoint is empty; specify a socket, or omit the option\n")
  }
}
