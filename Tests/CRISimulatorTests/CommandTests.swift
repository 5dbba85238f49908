import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Testing

@Suite struct CommandTests {
  @Test func `cri-sim serves until it receives a signal, then removes its socket`() async throws {
    let path = ServedRuntime.temporaryPath("sock")
    for signal in [SIGTERM, SIGINT] {
      let tool = try Tool(Tool.simulator, ["--socket", "unix://\(path)", "--pods", "2", "--containers", "3"])
      #expect(
        await tool.firstLineOfStandardError() == "cri-sim: serving containerd 2.1.4, 2 pods, 3 containers on \(path)\n")
      let bytes = try await Channel(path: path).unary(Method.listContainers.path(.v1), [])
      #expect(try ListContainersResponse.decode(bytes).containers.count == 3)
      kill(tool.process.processIdentifier, signal)
      let (code, output, errors) = await tool.end()
      #expect(code == 0)
      #expect(output + errors == "")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `cri-sim dies without cleaning up and restarts from its state file`() async throws {
    let path = ServedRuntime.temporaryPath("sock")
    let state = ServedRuntime.temporaryPath("state")
    defer { for path in [path, state] { try? File.remove(path) } }
    let arguments = ["--socket", path, "--pods", "1", "--state", state, "--on-restart", "lose-ips"]
    func address() async throws -> String? {
      let channel = Channel(path: path)
      let list = try await channel.unary(Method.listPodSandbox.path(.v1), [])
      let id = try #require(try ListPodSandboxResponse.decode(list).items.first?.id)
      let request = PodSandboxStatusRequest(podSandboxID: id).encode()
      let reply = try await channel.unary(Method.podSandboxStatus.path(.v1), request)
      return try PodSandboxStatusResponse.decode(reply).status?.network?.ip
    }
    let first = try Tool(Tool.simulator, arguments + ["--kill-after", "3"])
    _ = await first.firstLineOfStandardError()
    #expect(try await address() == "10.88.0.2")
    await #expect(throws: RPCError.self) { try await address() }
    #expect(await first.end().code == 137)
    #expect(UnixSocket.isSocket(path))
    // The stale socket is replaced.
    let second = try Tool(Tool.simulator, arguments)
    _ = await second.firstLineOfStandardError()
    #expect(try await address() == "")
    kill(second.process.processIdentifier, SIGTERM)
    #expect(await second.end().code == 0)
  }

  static let mistakes: [([String], Int32, String)] = [
    ([], 2, "--socket is missing"),
    (["--socket", "x", "--bogus"], 2, "Unknown option '--bogus'"),
    (["--socket", "x", "--pods", "1", "--recording", "y"], 2, "mutually exclusive"),
    (["--socket", "x", "--on-restart", "lose-everything"], 2, "lose-everything"),
    (["--socket", "x", "--delay", "5 fortnights"], 2, "--delay 5 fortnights"),
    (["--socket", "x", "--fail", "Version"], 2, "--fail Version"),
    (["--socket", "x", "--fail", "Verson=INTERNAL:x"], 2, "--fail Verson: the CRI has no such method"),
    (["--socket", "x", "--hang", "Verson"], 2, "--hang Verson: the CRI has no such method"),
    (["--socket", "x", "--delay", "Verson=1s"], 2, "--delay Verson: the CRI has no such method"),
    (["--socket", "x", "--kill-after", "0"], 2, "--kill-after 0: the value must be at least 1"),
    (["--socket", "x", "--not-ready-style", "maybe"], 2, "maybe"),
    (["--socket", "x", "--recording", "/nowhere/at.all"], 1, "/nowhere/at.all: No such file or directory"),
    (["--socket", "/nowhere/at.all"], 1, "/nowhere/at.all: No such file or directory"),
  ]

  @Test(arguments: mistakes)
  func `an error prints one line and sets the exit code`(arguments: [String], code: Int32, message: String) async throws
  {
    let (actual, output, errors) = try await Tool(Tool.simulator, arguments).end()
    #expect(actual == code)
    #expect(output == "")
    #expect(errors.contains(message), "\(errors)")
    #expect(errors.split(separator: "\n").count == 1, "\(errors)")
  }

  @Test func `help lists every option and every value of --on-restart`() async throws {
    let (code, output, _) = try await Tool.run(Tool.simulator, "--help")
    #expect(code == 0)
    for word in [
      "--socket", "--recording", "--description", "--pods", "--containers", "--hostile", "--state", "--on-restart",
      "lose-ips", "reboot", "--api", "--delay", "--hang", "--fail", "--not-ready", "--not-ready-style",
      "--network-ready-after", "--kill-after", "--print-state",
    ] {
      #expect(output.contains(word), "\(word)")
    }
  }

  @Test func `the state can be printed`() async throws {
    let (code, output, errors) = try await Tool.run(Tool.simulator, "--pods", "2", "--print-state")
    #expect(code == 0)
    #expect(errors == "")
    #expect(try JSON.parse(output)["pods"]?.arrayValue?.count == 2)
  }
}
