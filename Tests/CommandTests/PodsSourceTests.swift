import CRISnapshot
import CRISystem
import Glibc
import TestSupport
import Testing

/// `--pods` with kubelet's https port, and with servers that are not kubelet's.
@Suite(.timeLimit(.minutes(5))) struct PodsSourceTests {
  private let files: TestCertificates
  private let directory: TemporaryDirectory

  init() async throws {
    files = try await TestCertificates()
    directory = try TemporaryDirectory()
    try TestFile.write("t0ken\n", to: directory.file("token"))
    try TestFile.write(Self.server, to: directory.file("server.py"))
  }

  /// A server that returns one pod to requests with the token, or with a certificate if it knows an authority of clients.
  private static let server = """
    import http.server, ssl, sys
    pods = b'{"kind": "PodList", "items": [{"metadata": {"name": "a", "namespace": "b", "uid": "u"}, "spec": {"containers": \
    [{"name": "c"}], "restartPolicy": "Never"}}]}'
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            allowed = len(sys.argv) > 3 or self.headers["Authorization"] == "Bearer t0ken"
            body = pods if allowed else b"Unauthorized"
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *words):
            pass
    class Server(http.server.HTTPServer):
        def handle_error(self, *words):
            pass
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        if len(sys.argv) > 3:
            context.load_verify_locations(sys.argv[3])
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  private func run(
    _ arguments: [String], scheme: String = "https", from server: SpawnedProcess
  ) async throws -> Tool {
    let runtime = try await SimulatorProcess(in: directory)
    let port = try #require(await server.line())
    let run = try await Tool.cri(
      ["snapshot", "--pods", "\(scheme)://127.0.0.1:\(port)/pods"] + arguments, on: runtime.socket)
    await runtime.end()
    server.signal(SIGKILL)
    return run
  }

  private func start(_ certificate: String, clients: String? = nil) throws -> SpawnedProcess {
    var words = [
      "/usr/bin/python3", directory.file("server.py"), files.certificate(certificate), files.key(certificate),
    ]
    if let clients { words.append(files.certificate(clients)) }
    return try SpawnedProcess(words)
  }

  @Test func `kubelet's https port is called with the token that the user specifies`() async throws {
    let run = try await run(
      ["--pods-token", directory.file("token"), "--pods-ca", files.certificate("authority")], from: start("good"))
    #expect(run.code == 0 && run.errors.isEmpty && !run.output.contains("t0ken"), "\(run)")
    #expect(try Snapshot(parsing: Array(run.output.utf8)).pods?.map(\.restartPolicy) == [.never])
  }

  @Test func `kubelet's self-signed certificate can be trusted itself`() async throws {
    let run = try await run(
      ["--pods-token", directory.file("token"), "--pods-ca", files.certificate("self")], from: start("self"))
    #expect(run.code == 0, "\(run)")
  }

  @Test func `kubelet's https port is called with the certificate that the user specifies`() async throws {
    let identity = ["--pods-cert", files.certificate("client"), "--pods-key", files.key("client")]
    let run = try await run(
      identity + ["--pods-ca", files.certificate("authority")], from: start("good", clients: "authority"))
    #expect(run.code == 0, "\(run)")
  }

  @Test(
    arguments: [
      ("good", nil, ["--pods-ca", "authority"], "(HTTP status 401): Unauthorized"),
      ("good", "authority", ["--pods-ca", "authority"], "specify a certificate that kubelet accepts with --pods-cert"),
      ("good", nil, [], "is not trusted: "),
      (
        "stranger", nil, ["--pods-ca", "authority"],
        "specify the certificate of kubelet or of its authority with --pods-ca"
      ),
      ("named", nil, ["--pods-ca", "authority"], "specify a name of kubelet's certificate with --pods-server-name"),
      ("named", nil, ["--pods-ca", "authority", "--pods-server-name", "node.example"], "(HTTP status 401)"),
      ("expired", nil, ["--pods-ca", "authority"], "renew kubelet's certificate"),
    ] as [(String, String?, [String], String)])
  func `a kubelet that is not verified, or that refuses, is a usage error`(
    certificate: String, clients: String?, options: [String], words: String
  ) async throws {
    let options = options.map { $0 == "authority" ? files.certificate($0) : $0 }
    let run = try await run(options, from: start(certificate, clients: clients))
    #expect(run.code == 2 && run.output.isEmpty, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: words)
  }

  @Test(arguments: [
    (["--pods-token", "/dev/null"], "https://127.0.0.1:1/pods", "does not contain a token"),
    (["--pods-token", "/etc/hosts"], "https://127.0.0.1:1/pods", "does not contain a token"),
    (["--pods-token", "/nonexistent"], "https://127.0.0.1:1/pods", "cannot read /nonexistent (--pods-token)"),
    (["--pods-ca", "/etc/hosts"], "https://127.0.0.1:1/pods", "contain no certificate in PEM format"),
    (["--pods-cert", "/etc/hosts"], "https://127.0.0.1:1/pods", "--pods-cert and --pods-key belong together"),
    (["--pods-server-name", ""], "https://127.0.0.1:1/pods", "--pods-server-name is empty"),
    (["--pods-token", "/etc/hosts"], "http://127.0.0.1:1/pods", "the options --pods-… are for https"),
    (["--pods-token", "/etc/hosts"], "pods.json", "the options --pods-… are for https"),
  ])
  func `unusable credentials are a usage error`(options: [String], source: String, words: String) async throws {
    let run = try await Tool.cri(["snapshot", "--pods", source] + options, on: directory.file("no.sock"))
    #expect(run.code == 2, "\(run)")
    #expect(run.errors.contains(words), "\(run)")
  }

  @Test(.enabled(if: Environment.userID == 0, "it needs root, to start a server of another user"))
  func `pods are not requested without encryption from another user's server`() async throws {
    chmod(directory.path, 0o755)
    let server = try SpawnedProcess([
      "/usr/bin/setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/python3", directory.file("server.py"),
    ])
    let run = try await run([], scheme: "http", from: server)
    #expect(run.code == 2 && run.output.isEmpty, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: "user 65534 listens on port ")
  }
}
