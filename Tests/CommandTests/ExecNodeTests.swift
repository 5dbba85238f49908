import CRI
import CRISystem
import Foundation
import TestSupport
import Testing

/// `exec`, `attach` and `port-forward` on a real containerd.
@Suite(.timeLimit(.minutes(15))) struct ExecNodeTests {
  private static let web = "default/web-5d4b"

  @Test func `sessions on a real containerd`() async throws {
    try await ContainerdNode.with { node in
      try await statuses(on: node)
      try await input(on: node)
      try await several(on: node)
      try await many(on: node)
      try await terminal(on: node)
      try await forward(on: node)
      try await attach(on: node)
      try await lose(on: node)
    }
  }

  private func exec(_ node: ContainerdNode, _ words: [String], input: String? = nil) async throws -> Tool {
    try await Tool.cri(["exec"] + words, on: node.socket, input: input)
  }

  private func statuses(on node: ContainerdNode) async throws {
    for transport in ["spdy", "websocket"] {
      for code: Int32 in [0, 1, 2, 100, 125, 126, 127, 128, 255] {
        let run = try await exec(node, ["-r", transport, Self.web, "sh", "-c", "echo o; echo e >&2; exit \(code)"])
        #expect(run.code == code && run.output == "o\n" && run.errors == "e\n", "\(transport) \(run)")
      }
      for signal: Int32 in [1, 2, 9, 15] {
        let run = try await exec(node, ["-r", transport, Self.web, "sh", "-c", "kill -\(signal) $$"])
        #expect(run.code == 128 + signal, "\(transport) \(run)")
      }
      let missing = try await exec(node, ["-r", transport, Self.web, "nosuch"])
      #expect(missing.code == 127 && missing.errors.contains("executable file not found"), "\(missing)")
      let unusable = try await exec(node, ["-r", transport, Self.web, "/etc"])
      #expect(unusable.code == 126, "\(unusable)")
    }
    for code: Int32 in [0, 3, 255] {
      let run = try await exec(node, ["-s", Self.web, "sh", "-c", "printf o; printf e >&2; exit \(code)"])
      #expect(run.code == code && run.output == "o" && run.errors == "e", "\(run)")
    }
    #expect(try await exec(node, ["-s", Self.web, "nosuch"]).code == 127)
    let late = try await exec(node, ["--timeout", "1", Self.web, "sleep", "60"])
    #expect(late.code == 125 && late.errors.contains("may still be running"), "\(late)")
    let lateSync = try await exec(node, ["-s", "--timeout", "1", Self.web, "sleep", "60"])
    #expect(lateSync.code == 125 && lateSync.errors.contains("timeout"), "\(lateSync)")
  }

  private func input(on node: ContainerdNode) async throws {
    let size = 64 << 20
    let sum = try await node.run("yes 0123456789abcdef | head -c \(size) | sha256sum").prefix(64)
    let cri = "'\(Tool.path("cri"))' -r '\(node.socket)'"
    let there = try await node.run(
      "yes 0123456789abcdef | head -c \(size) | \(cri) exec -i \(Self.web) sha256sum")
    #expect(there.prefix(64) == sum)
    let back = try await node.run(
      "yes 0123456789abcdef | head -c \(size) | \(cri) exec -i \(Self.web) cat | sha256sum")
    #expect(back.prefix(64) == sum)
    let webSocket = try await node.run(
      "\(cri) exec -r websocket \(Self.web) sh -c 'yes 0123456789abcdef | head -c \(size)' | sha256sum")
    #expect(webSocket.prefix(64) == sum)
    // The reader closes the pipe early.
    let early = try await Tool.shell("\(cri) exec \(Self.web) yes | head -n 1")
    #expect(early.output == "y\n" && early.errors.isEmpty, "\(early)")
  }

  private func several(on node: ContainerdNode) async throws {
    let run = try await exec(node, ["--all", "sh", "-c", "echo here"])
    #expect(run.code == 0, "\(run)")
    #expect(run.output.contains("\(Self.web)/nginx: here\n"), "\(run)")
    #expect(run.output.contains("kube-system/coredns-7c6/coredns: here\n"), "\(run)")
    #expect(run.errors.contains(" exited with 0"), "\(run)")
  }

  private func many(on node: ContainerdNode) async throws {
    let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
      for number in 0..<100 {
        group.addTask { try await exec(node, [Self.web, "sh", "-c", "exit \(number)"]).code - Int32(number) }
      }
      return try await group.reduce(into: [Int32]()) { $0.append($1) }
    }
    #expect(codes == [Int32](repeating: 0, count: 100))
  }

  private func terminal(on node: ContainerdNode) async throws {
    let run = try await TerminalRun.cri(
      ["exec", "-it", Self.web, "sh"], on: node.socket,
      [
        .expect("# "), .type("stty size\n"), .expect("24 80"), .expect("# "), .size(132, 43), .type("stty size\n"),
        .expect("43 132"), .expect("# "), .type("echo go; sleep 60\n"), .expect("\ngo"), .type("\u{3}"), .expect("# "),
        .type("echo interrupted $?\n"), .expect("interrupted 130"), .expect("# "), .type("exit 42\n"),
      ])
    #expect(run.code == 42 && run.isRestored, "\(run)")
    let echoed = try await TerminalRun.cri(
      ["exec", "-it", Self.web, "cat"], on: node.socket,
      [.type("line\n"), .expect("line\r\nline\r\n"), .type("\u{4}")])
    #expect(echoed.code == 0 && echoed.isRestored, "\(echoed)")
    for transport in ["spdy", "websocket"] {
      for number in 0..<10 {
        let run = try await exec(node, ["-r", transport, "-t", Self.web, "echo", "\(number)"])
        #expect(run.code == 0 && run.output == "\(number)\r\n", "\(transport) \(run)")
      }
    }
    let detached = try await TerminalRun.cri(
      ["exec", "-it", Self.web, "sh"], on: node.socket, [.expect("# "), .type("\u{10}\u{11}")])
    #expect(detached.code == 0 && detached.isRestored && detached.shown.contains("detached"), "\(detached)")
  }

  /// containerd ends a session when its input ends, unless the container was created with `stdin_once`.
  private func attach(on node: ContainerdNode) async throws {
    let folder = try TemporaryDirectory()
    try TestFile.write(
      #"{"metadata": {"name": "web-5d4b", "namespace": "default", "uid": "u"}}"#, to: folder.file("pod.json"))
    let pod = try await node.sandbox("web-5d4b").id
    for once in [false, true] {
      try TestFile.write(
        #"{"metadata": {"name": "sh-\#(once)"}, "image": {"image": "localhost/busybox:1"}, "command": ["sh"],"#
          + #" "stdin": true, "stdin_once": \#(once), "linux": {}}"#, to: folder.file("container.json"))
      let created = try await node.cri("create", pod, folder.file("container.json"), folder.file("pod.json"))
      let id = created.output.trimmingCharacters(in: .newlines)
      try #require(created.code == 0, "\(created)")
      try #require(try await node.cri("start", id).code == 0)
      if !once {
        for number in 0..<10 {
          let run = try await Tool.cri(
            ["attach", "-i", id], on: node.socket, input: "sleep 0.\(number % 5); echo \(number)\n")
          #expect(run.code == 0 && run.output == "\(number)\n" && run.errors.isEmpty, "\(run)")
        }
      }
      let end = try await Tool.cri(["attach", "-i", id], on: node.socket, input: "sleep 0.2; seq 3; exit 7\n")
      #expect(end.code == 7 && end.output == "1\n2\n3\n", "\(end)")
    }
  }

  private func forward(on node: ContainerdNode) async throws {
    try await node.run(
      "'\(Tool.path("cri"))' -r '\(node.socket)' exec \(Self.web) sh -c "
        + "'mkdir -p /tmp/www; echo page >/tmp/www/index.html; httpd -p 8080 -h /tmp/www'")
    let process = try SpawnedProcess([
      Tool.path("cri"), "-r", node.socket, "port-forward", "--address", "127.0.0.1", Self.web, ":8080", ":8081",
    ])
    var ports: [UInt16] = []
    for _ in 0..<2 {
      let line = try #require(await process.line())
      ports.append(try #require(line.split(separator: " ")[2].split(separator: ":").last.flatMap { UInt16($0) }))
    }
    let (open, closed) = (ports[0], ports[1])
    #expect(try await page(open) == "page\n")
    // Nothing listens on this port.
    #expect(try await page(closed) == "")
    let pages = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 { group.addTask { try await page(open) == "page\n" } }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(pages == 200)
    try await node.act("restart")
    #expect(try await page(open) == "page\n")
    process.signal(SIGTERM)
    #expect(await process.end().code == 128 + SIGTERM)
  }

  /// The body of the page that an HTTP server on a local port returns; empty without a response.
  private func page(_ port: UInt16) async throws -> String {
    let reply = try await LoopbackClient.exchange(port, Array("GET / HTTP/1.0\r\n\r\n".utf8), endsInput: false)
    let text = String(decoding: reply, as: UTF8.self)
    return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
  }

  private func lose(on node: ContainerdNode) async throws {
    let container = try await node.container("nginx").id
    async let run = exec(node, [Self.web, "sh", "-c", "echo begun; sleep 60; exit 9"])
    async let webSocket = exec(node, ["-r", "websocket", Self.web, "sh", "-c", "echo begun; sleep 60; exit 9"])
    async let flood = exec(node, [Self.web, "sh", "-c", "yes | head -n 5; sleep 60"])
    async let several = exec(node, ["--all", "sleep", "60"])
    async let sync = exec(node, ["-s", Self.web, "sleep", "60"])
    async let attached = Tool.cri(["attach", container], on: node.socket)
    try await Task.sleep(for: .seconds(5))
    try await node.act("kill")
    for lost in try await [run, webSocket, flood, attached] {
      #expect(lost.code == 125 && lost.duration < .seconds(50), "\(lost)")
      #expect(lost.errors.contains("the command may still be running"), "\(lost)")
    }
    #expect(try await run.output == "begun\n")
    #expect(try await several.code == 125)
    #expect(try await sync.code == 125)
    try await node.act("start")
    let kill = "'\(ContainerdNode.script)' kill '\(node.directory)'"
    let terminal = try await TerminalRun.cri(
      ["exec", "-it", Self.web, "sh"], on: node.socket, [.expect("# "), .run(kill)])
    #expect(terminal.code == 125 && terminal.isRestored, "\(terminal)")
    try await node.act("start")
  }
}
