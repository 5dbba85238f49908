import CRIMessages
import TestSupport
import Testing

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
    "that crictl has are taken; what only it does is told",
    arguments: [
      ("--timeout -1s", ""), ("-t=0s", ""), ("--t 5s", ""), ("-timeout=5s", ""), ("--max-retries 3", ""),
      ("--max-retries=-1", ""), ("--enable-tracing=false", ""), ("--debug=F", ""), ("-D=0", ""),
      ("--tracing-endpoint 127.0.0.1:4317 --tracing-sampling-rate-per-million -1", ""),
      ("--enable-tracing --profile-mem=/m", "cri: --enable-tracing, --profile-mem: only crictl does that\n"),
      ("--profile-cpu /c", "cri: --profile-cpu: only crictl does that\n"),
    ])
  func crictls(options: String, errors: String) async throws {
    let run = try await Tool.cri(options.split(separator: " ").map(String.init) + ["pods", "-q"], on: Self.runtime())
    #expect(run.output == "p\n")
    #expect(run.errors == errors)
    #expect(run.code == 0)
  }

  @Test("have no say in how long an image may take: the message names the option that has")
  func pull() async throws {
    let runtime = try TestRuntime { name, _ in
      try await Task.sleep(for: .seconds(60))
      return nil
    }
    let run = try await Tool.cri(["pull", "--pull-timeout", "50ms", "a/b"], on: runtime)
    #expect(run.code == 10)
    #expect(run.errors == "cri: image a/b: not pulled in time; wait longer with --pull-timeout\n")
  }

  @Test("refuse what is no duration", arguments: ["-", "--1s", "-x", ""])
  func timeout(text: String) async throws {
    let run = try await Tool.cri(["-t", text, "pods"])
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("cri: --timeout \(text): write a duration"))
  }

  @Test("and variables that are empty name no socket")
  func empty() async throws {
    let runtime = try Self.runtime()
    for command in ["pods", "images"] {
      let run = try await Tool.cri(
        ["-i", "", command, "-q"], on: runtime, environment: ["IMAGE_SERVICE_ENDPOINT": ""])
      #expect(run.code == 0, "\(run.errors)")
    }
    let folder = try TemporaryDirectory()
    try ProcessFacts.write("runtime-endpoint: \(runtime.path)\n", to: folder.file("c.yaml"))
    let run = try await Tool.cri(
      ["-c", folder.file("c.yaml"), "pods", "-q"], environment: ["CONTAINER_RUNTIME_ENDPOINT": ""])
    #expect(run.output == "p\n", "\(run.errors)")
    let refused = try await Tool.cri(["-r", "", "pods"], on: runtime)
    #expect(refused.code == 2)
    #expect(refused.errors == "cri: --runtime-endpoint is empty: name a socket, or leave it away\n")
  }
}
