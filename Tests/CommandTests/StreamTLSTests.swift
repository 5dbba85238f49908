import CRISystem
import Foundation
import TestSupport
import Testing

/// Sessions with a runtime whose URLs begin with https.
@Suite(.timeLimit(.minutes(10))) struct StreamTLSTests {
  private let files: TestCertificates
  private let folder: TemporaryDirectory

  init() async throws {
    files = try await TestCertificates()
    folder = try TemporaryDirectory()
    try TestFile.write(
      """
      pods:
      - {name: web, namespace: default, containers: [{name: nginx, image: i}]}
      - {name: db, namespace: prod, containers: [{name: sql, image: i}, {name: log, image: i}]}
      """, to: folder.file("pods.yaml"))
  }

  private func with(
    _ certificate: String, clients: String? = nil, _ test: (SimulatorProcess) async throws -> Void
  ) async throws {
    var arguments = ["--description", folder.file("pods.yaml"), "--stream-tls-cert", files.certificate(certificate)]
    arguments += ["--stream-tls-key", files.key(certificate)]
    if let clients { arguments += ["--stream-tls-client-ca", files.certificate(clients)] }
    let simulator = try await SimulatorProcess(in: folder, arguments)
    do { try await test(simulator) } catch {
      await simulator.end()
      throw error
    }
    await simulator.end()
  }

  private var authority: [String] { ["--tls-ca", files.certificate("authority")] }

  @Test func `every kind of session works over https`() async throws {
    try await with("good") { simulator in
      for transport in ["spdy", "websocket", "auto"] {
        let options = authority + ["-r", transport]
        let exec = try await Tool.cri(["exec"] + options + ["web", "sh", "-c", "echo a; exit 3"], on: simulator.socket)
        #expect(exec.code == 3 && exec.output == "a\n" && exec.errors.isEmpty, "\(exec)")
      }
      let many = try await Tool.cri(["exec"] + authority + ["--all", "true"], on: simulator.socket)
      #expect(many.code == 0 && many.errors.contains("3 containers: 3 exited with 0"), "\(many)")
      let attach = try await Tool.cri(["attach", "-i"] + authority + ["web"], on: simulator.socket, input: "echo x\n")
      #expect(attach.code == 0 && attach.output == "x\n" && attach.errors.isEmpty, "\(attach)")
      let input = String(repeating: "0123456789abcde\n", count: 500_000)
      let cat = try await Tool.cri(["exec", "-i"] + authority + ["web", "cat"], on: simulator.socket, input: input)
      #expect(cat.code == 0 && cat.output == input && cat.errors.isEmpty, "\(cat.code) \(cat.errors)")
    }
  }

  @Test(
    arguments: [
      ("self", [], "--tls-ca, or --insecure"), ("self", ["--tls-ca", "authority"], "self-signed certificate"),
      ("good", [], "--tls-ca, or --insecure"), ("good", ["--tls-ca", "other"], "is not trusted"),
      (
        "named", ["--tls-ca", "authority"],
        "not valid for 127.0.0.1; specify a name of the certificate with --tls-server-name"
      ),
      ("good", ["--tls-ca", "authority", "--tls-server-name", "other.example"], "not valid for other.example"),
      ("expired", ["--tls-ca", "authority"], "certificate has expired; renew the certificate"),
      ("good", ["--tls-ca", "/nonexistent"], "cannot read /nonexistent (--tls-ca): No such file"),
      ("good", ["--tls-ca", "/dev/zero"], "specify a regular file"),
      ("good", ["--tls-cert", "client"], "--tls-cert and --tls-key belong together"),
      ("good", ["--insecure", "--tls-ca", "authority"], "mutually exclusive"),
      ("good", ["--tls-server-name", ""], "--tls-server-name is empty"),
    ] as [(String, [String], String)])
  func `a server that is not verified gets no session`(server: String, options: [String], text: String) async throws {
    try await with(server) { simulator in
      let given = options.enumerated().map { index, word in
        index > 0 && ["authority", "other", "client"].contains(word) ? files.certificate(word) : word
      }
      for words in [["exec"] + given + ["web", "true"], ["attach"] + given + ["web"]] {
        let run = try await Tool.cri(words, on: simulator.socket)
        #expect(run.code == 125 && run.output.isEmpty && run.errors.contains(text), "\(run)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run)")
      }
    }
  }

  @Test func `the system's trust store is the default`() async throws {
    try await with("good") { simulator in
      let variables = ["SSL_CERT_FILE": files.certificate("authority")]
      let run = try await Tool.cri(["exec", "web", "echo", "x"], on: simulator.socket, environment: variables)
      #expect(run.code == 0 && run.output == "x\n" && run.errors.isEmpty, "\(run)")
    }
  }

  @Test func `a certificate of the client is used where the runtime requires one`() async throws {
    try await with("good", clients: "authority") { simulator in
      func run(_ options: [String]) async throws -> Tool {
        try await Tool.cri(["exec"] + authority + options + ["web", "exit", "4"], on: simulator.socket)
      }
      let none = try await run([])
      #expect(none.code == 125 && none.errors.contains("specify a certificate that the runtime accepts"), "\(none)")
      let own = try await run(["--tls-cert", files.certificate("client"), "--tls-key", files.key("client")])
      #expect(own.code == 4 && own.errors.isEmpty, "\(own)")
      let wrong = try await run(["--tls-cert", files.certificate("stranger"), "--tls-key", files.key("stranger")])
      #expect(wrong.code == 125 && wrong.errors.contains("unknown ca"), "\(wrong)")
    }
  }

  @Test func `an insecure session prints once what is not verified`() async throws {
    try await with("self") { simulator in
      let run = try await Tool.cri(["exec", "--insecure", "--all", "true"], on: simulator.socket)
      #expect(run.code == 0, "\(run)")
      #expect(run.errors.components(separatedBy: "is not verified").count == 2, "\(run)")
      #expect(run.errors.contains("--insecure: the runtime's certificate is not verified"), "\(run)")
    }
  }

  @Test func `sessions over http say nothing about verification`() async throws {
    let simulator = try await SimulatorProcess(in: folder, ["--description", folder.file("pods.yaml")])
    let run = try await Tool.cri(["exec", "--insecure", "web", "echo", "x"], on: simulator.socket)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    await simulator.end()
  }

  /// crictl verifies nothing if none of `--tls-ca`, `--tls-cert` and `--tls-key` is given, and otherwise expects the name
  /// localhost.
  @Test(
    arguments: [
      ("self", [], 0, "crictl: the runtime's certificate is not verified"),
      ("self", ["--tls-sni", "x.example"], 0, "is not verified"), ("good", ["--tls-ca"], 0, ""),
      ("named", ["--tls-ca"], 1, "not valid for localhost"),
      ("named", ["--tls-sni", "node.example", "--tls-ca"], 0, ""), ("self", ["--tls-ca"], 1, "self-signed"),
    ] as [(String, [String], Int32, String)])
  func `the name crictl has crictl's default`(
    server: String, options: [String], code: Int32, text: String
  ) async throws {
    let program = folder.file("crictl")
    try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Tool.path("cri"))
    try await with(server) { simulator in
      let given = options.last == "--tls-ca" ? options + [files.certificate("authority")] : options
      let run = try await Tool.run(
        [program, "exec"] + given + ["web", "true"], environment: ["CONTAINER_RUNTIME_ENDPOINT": simulator.socket])
      #expect(run.code == code, "\(run)")
      #expect(text.isEmpty ? run.errors.isEmpty : run.errors.contains(text), "\(run)")
      #expect(run.errors.split(separator: "\n").count <= 1, "\(run)")
    }
  }

  @Test func `a connection that is cut is never a success`() async throws {
    try await with("good") { simulator in
      let run = try await Tool.cri(["exec"] + authority + ["web", "drop"], on: simulator.socket)
      #expect(run.code == 125 && run.errors.contains("may still be running"), "\(run)")
    }
  }

  @Test func `port-forward works over https`() async throws {
    try await with("good") { simulator in
      let process = try SpawnedProcess(
        [Tool.path("cri"), "-r", "unix://\(simulator.socket)", "port-forward"] + authority + ["default/web", ":7"])
      let line = try #require(await process.line())
      let port = try #require(
        line.split(separator: " ").dropFirst(2).first?.split(separator: ":").last.flatMap { UInt16($0) })
      let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      #expect(try await LoopbackClient.exchange(port, bytes) == bytes)
      process.signal(15)
      _ = await process.end()
    }
  }

  @Test func `commands without a session do not use the TLS library`() async throws {
    let simulator = try await SimulatorProcess(in: folder, ["--description", folder.file("pods.yaml")])
    for words in [["version"], ["exec", "web", "true"]] {
      let trace = folder.file("trace")
      let run = try await Tool.run(
        ["/usr/bin/strace", "-f", "-e", "trace=openat,open,getrandom", "-o", trace, Tool.path("cri")] + words,
        environment: ["CONTAINER_RUNTIME_ENDPOINT": simulator.socket])
      #expect(run.code == 0, "\(run)")
      let text = TestFile.read(trace)
      #expect(!text.isEmpty)
      for name in ["openssl.cnf", "/etc/ssl", "ossl-modules", "engines"] { #expect(!text.contains(name)) }
    }
    await simulator.end()
  }
}
