import CRIMessages
import CRISystem
import Foundation
import TestSupport
import Testing

/// `debug` on a real containerd.
@Suite(.timeLimit(.minutes(10))) struct DebugNodeTests {
  private static let web = "default/web-5d4b"
  private static let image = ["--image", "localhost/busybox:1"]

  @Test func `debug runs programs beside a container and leaves nothing`() async throws {
    try await ContainerdNode.with { node in
      let target = try await node.container("nginx").id
      let before = try await node.cri("ps", "-a", "-q").output
      try await container(on: node, target)
      try await terminal(on: node)
      try await leftover(on: node)
      #expect(try await node.cri("ps", "-a", "-q").output == before)
      try await host(on: node, target)
    }
  }

  private func debug(_ node: ContainerdNode, _ words: [String], input: String? = nil) async throws -> Tool {
    try await Tool.cri(["debug"] + words, on: node.socket, input: input)
  }

  private func container(on node: ContainerdNode, _ target: String) async throws {
    // The first process of the shared PID namespace is that of the target.
    let script = "echo begun; tr '\\0' ' ' </proc/1/cmdline; ls /proc/1/root/bin/busybox; hostname -i; exit 7"
    let pid = try await node.cri("exec", Self.web, "cat", "/proc/1/cmdline").output.replacing("\0", with: " ")
    let address = try await node.cri("exec", Self.web, "hostname", "-i").output
    for word in [Self.web, target, String(target.prefix(12)), try await node.sandbox("web-5d4b").id] {
      let run = try await debug(node, Self.image + [word, "--", "sh", "-c", script])
      #expect(run.code == 7, "\(word) \(run)")
      #expect(run.output == "begun\n\(pid)/proc/1/root/bin/busybox\n\(address)", "\(word) \(run)")
    }
    // containerd's WebSocket cannot end the input, but a command that does not read it is not affected.
    let socket = try await debug(
      node, ["-r", "websocket"] + Self.image + [Self.web, "--", "sh", "-c", "echo out; exit 3"])
    #expect(socket.code == 3 && socket.output == "out\n", "\(socket)")
    let input = try await debug(node, Self.image + ["-i", Self.web, "--", "cat"], input: "one\ntwo\n")
    #expect(input.code == 0 && input.output == "one\ntwo\n", "\(input)")
    let missing = try await debug(node, Self.image + [Self.web, "--", "no-such-program"])
    #expect(missing.code == 127 && missing.errors.contains("not found"), "\(missing)")
    let absent = try await debug(node, ["--image", "localhost:1/absent", Self.web, "--", "true"])
    #expect(absent.code == 125 && absent.errors.contains("image localhost:1/absent"), "\(absent)")
  }

  private func terminal(on node: ContainerdNode) async throws {
    let run = try await TerminalRun.cri(
      ["debug"] + Self.image + [Self.web], on: node.socket,
      [.expect("# "), .type("stty size\n"), .expect("24 80"), .type("exit 42\n")])
    #expect(run.code == 42 && run.isRestored, "\(run)")
  }

  private func leftover(on node: ContainerdNode) async throws {
    for signal in [SIGINT, SIGTERM, SIGKILL] {
      let process = try SpawnedProcess(
        [Tool.path("cri"), "-r", node.socket, "debug"] + Self.image + [
          Self.web, "--", "sh", "-c", "echo begun; sleep 60",
        ])
      #expect(await process.line() == "begun")
      process.signal(signal)
      let code = await process.end().code
      #expect(code == 128 + signal)
      let left = try await node.cri("ps", "-q", "--label", "cri.debug/target").output
      #expect(left.isEmpty == (signal != SIGKILL), "signal \(signal): \(left)")
    }
    let left = try await node.cri("ps", "-q", "--label", "cri.debug/target").output.trimmingCharacters(in: .newlines)
    let run = try await debug(node, Self.image + ["\(Self.web)/nginx", "--", "true"])
    #expect(run.code == 0 && run.errors.contains("cri rm -f \(left.prefix(13))"), "\(run)")
    #expect(try await node.cri("rm", "-f", left).code == 0)
  }

  private func host(on node: ContainerdNode, _ target: String) async throws {
    func link(_ name: String, _ options: [String]) async throws -> String {
      let run = try await debug(node, ["--host"] + options + [Self.web, "--", "readlink", "/proc/self/ns/\(name)"])
      #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
      return run.output
    }
    for name in ["net", "ipc", "uts"] {
      let inside = try await node.cri("exec", Self.web, "readlink", "/proc/self/ns/\(name)").output
      let outside = try await node.run("readlink /proc/self/ns/\(name)")
      #expect(inside != outside)
      #expect(try await link(name, []) == inside)
      #expect(try await link(name, ["--\(name)"]) == inside)
      #expect(try await link(name, ["--pid"]) == outside)
    }
    let files = try await debug(node, ["--host", "--mount", "--pid", target, "--", "cat", "/proc/1/cmdline"])
    #expect(files.output == (try await node.cri("exec", Self.web, "cat", "/proc/1/cmdline").output), "\(files)")
    #expect(try await debug(node, ["--host", Self.web, "--", "sh", "-c", "exit 5"]).code == 5)
  }
}
