import CRISystem
import Foundation
import TestSupport
import Testing

/// Sessions with a real containerd whose streaming server uses TLS.
@Suite(.timeLimit(.minutes(10))) struct StreamTLSNodeTests {
  private static let web = "default/web-5d4b"

  @Test func `sessions on a real containerd with TLS`() async throws {
    let files = try await TestCertificates()
    try await ContainerdNode.with { node in
      let change = """
        s#^disable_tcp_service = true#&\\nenable_tls_streaming = true#
        s#^\\[plugins."io.containerd.grpc.v1.cri".cni\\]#[plugins."io.containerd.grpc.v1.cri".x509_key_pair_streaming]\\n\
        tls_cert_file = "\(files.certificate("good"))"\\ntls_key_file = "\(files.key("good"))"\\n&#
        """
      try TestFile.write(change, to: files.file("change.sed"))
      try await node.run("sed -i -f '\(files.file("change.sed"))' '\(node.directory)/config.toml'")
      try await node.act("restart")
      let trust = ["--tls-ca", files.certificate("authority")]

      let refused = try await Tool.cri(["exec", Self.web, "true"], on: node.socket)
      #expect(refused.code == 125 && refused.errors.contains("--tls-ca, or --insecure"), "\(refused)")
      let wrong = try await Tool.cri(
        ["exec"] + trust + ["--tls-server-name", "other.example", Self.web, "true"], on: node.socket)
      #expect(wrong.code == 125 && wrong.errors.contains("not valid for other.example"), "\(wrong)")
      for transport in ["spdy", "websocket"] {
        let run = try await Tool.cri(
          ["exec", "-r", transport] + trust + [Self.web, "sh", "-c", "echo o; echo e >&2; exit 7"], on: node.socket)
        #expect(run.code == 7 && run.output == "o\n" && run.errors == "e\n", "\(run)")
      }
      let text = String(repeating: "0123456789abcde\n", count: 1 << 20)
      let cat = try await Tool.cri(["exec", "-i"] + trust + [Self.web, "cat"], on: node.socket, input: text)
      #expect(cat.code == 0 && cat.output == text && cat.errors.isEmpty, "\(cat.code) \(cat.errors)")
      let terminal = try await TerminalRun.cri(
        ["exec", "-it"] + trust + [Self.web, "sh"], on: node.socket,
        [.expect("#"), .type("stty size\r"), .expect("24 80"), .type("exit 5\r")])
      #expect(terminal.code == 5 && terminal.isRestored, "\(terminal)")
      try await copy(on: node, trust, files)
      try await forward(on: node, trust)
    }
  }

  private func copy(on node: ContainerdNode, _ trust: [String], _ files: TestCertificates) async throws {
    try TestFile.write("content", to: files.file("source"))
    let copy = ["cp", "--method", "tar"] + trust
    let into = try await Tool.cri(copy + [files.file("source"), "\(Self.web):/tmp/copied"], on: node.socket)
    #expect(into.code == 0 && into.errors.isEmpty, "\(into)")
    let out = try await Tool.cri(copy + ["\(Self.web):/tmp/copied", files.file("copied")], on: node.socket)
    #expect(out.code == 0 && TestFile.read(files.file("copied")) == "content", "\(out)")
  }

  private func forward(on node: ContainerdNode, _ trust: [String]) async throws {
    let start =
      ["exec"] + trust + [
        Self.web, "sh", "-c", "mkdir -p /tmp/w; echo page >/tmp/w/index.html; httpd -p 8098 -h /tmp/w",
      ]
    #expect(try await Tool.cri(start, on: node.socket).code == 0)
    let process = try SpawnedProcess(
      [Tool.path("cri"), "-r", node.socket, "port-forward"] + trust + [Self.web, ":8098"])
    let line = try #require(await process.line())
    let port = try #require(
      line.split(separator: " ").dropFirst(2).first?.split(separator: ":").last.flatMap { UInt16($0) })
    for _ in 0..<10 {
      let answer = try await LoopbackClient.exchange(port, Array("GET / HTTP/1.0\r\n\r\n".utf8), endsInput: false)
      #expect(String(decoding: answer, as: UTF8.self).hasSuffix("page\n"))
    }
    process.signal(SIGTERM)
    #expect(await process.end().code == 128 + SIGTERM)
  }
}
