import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRIText
import CRISystem
import Glibc
import TestSupport
import Testing

/// Promises of SECURITY.md about the runtime's socket, the files that commands write, and credentials for registries.
@Suite(.timeLimit(.minutes(5))) struct SecurityPromiseTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private static func status(_ path: String) -> (mode: mode_t, owner: uid_t, group: gid_t, inode: ino_t)? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return (status.st_mode & 0o7777, status.st_uid, status.st_gid, status.st_ino)
  }

  private static func mode(_ path: String) -> mode_t? { status(path)?.mode }

  // MARK: The socket

  private static let commands = [
    ["pods"], ["info"], ["wait", "--timeout", "5s"], ["preflight"], ["snapshot"], ["guard", "--", "true"],
    ["verify", "--before", "-", "--after", "-"], ["pull", "x"], ["net"], ["runp", "-"],
  ]

  @Test(arguments: commands, [mode_t(0o600), 0o660, 0o666])
  func `a command leaves the mode and the owner of the socket as they are`(command: [String], mode: mode_t) async throws
  {
    let runtime = try await SimulatorProcess(in: folder)
    #expect(chmod(runtime.socket, mode) == 0)
    if geteuid() == 0 { #expect(chown(runtime.socket, 0, 64_001) == 0) }
    let before = try #require(Self.status(runtime.socket))
    _ = try await Tool.cri(command, on: runtime.socket)
    let after = try #require(Self.status(runtime.socket))
    #expect(before == after && after.mode == mode)
  }

  // MARK: The modes of files

  /// Runs the command with a umask of 0.
  private func unmasked(_ arguments: [String], on socket: String? = nil, state: String = "state") async throws -> Tool {
    var environment = ["TMPDIR": folder.path, "STATE_DIRECTORY": folder.file(state)]
    environment["CONTAINER_RUNTIME_ENDPOINT"] = socket
    return try await Tool.run(
      ["/bin/sh", "-c", "umask 0; exec \"$@\"", "sh", Tool.path("cri")] + arguments, environment: environment)
  }

  private static let writers: [(command: [String], mode: mode_t)] = [
    (["snapshot", "-o", "FILE"], 0o600), (["guard", "--save", "FILE", "--", "true"], 0o600),
    (["guard", "--report", "json=FILE", "--", "true"], 0o644), (["preflight", "--report", "json=FILE"], 0o644),
    (["verify", "--before", "OLD", "--report", "json=FILE"], 0o644),
    (["-c", "FILE", "config", "--set", "timeout=5"], 0o600), (["doctor", "--report", "json=FILE"], 0o644),
  ]

  @Test(arguments: writers)
  func `a new file has the mode of its kind, whatever the umask`(command: [String], mode: mode_t) async throws {
    let runtime = try await SimulatorProcess(in: folder)
    let (file, old) = (folder.file("file"), folder.file("old"))
    #expect(try await Tool.cri(["snapshot", "-o", old], on: runtime.socket).code == 0)
    let words = command.map { $0.replacing("FILE", with: file).replacing("OLD", with: old) }
    let run = try await unmasked(words, on: runtime.socket)
    #expect(Self.mode(file) == mode, "\(run)")
  }

  @Test func `the files of guard and monitor have the modes of their kind, whatever the umask`() async throws {
    let runtime = try await SimulatorProcess(in: folder)
    for command in [["guard", "--", "true"], ["guard", "--save", folder.file("state/saved.json"), "--", "true"]] {
      _ = try await unmasked(command, on: runtime.socket)
    }
    _ = try await Tool.run(
      ["/bin/sh", "-c", "umask 0; exec timeout -s TERM 4 \"$@\"", "sh", Tool.path("cri"), "monitor"],
      environment: ["STATE_DIRECTORY": folder.file("state"), "CONTAINER_RUNTIME_ENDPOINT": runtime.socket])
    let names = TemporaryDirectory.names(in: folder.file("state"))
    for name in [
      "guard.lock", "guard-report.txt", "guard-before.json", "saved.json", "saved.json.verified", "monitor.lock",
      "monitor-state.json",
    ] {
      #expect(names.contains(name), "\(names)")
    }
    for name in names {
      let expected: mode_t = name.hasSuffix("-report.txt") || name.hasSuffix("-report.json") ? 0o644 : 0o600
      #expect(Self.mode(folder.file("state/\(name)")) == expected, "\(name)")
    }
    #expect(Self.mode(folder.file("state")) == 0o700)
  }

  @Test func `config creates missing directories that only the owner can write to`() async throws {
    let run = try await unmasked(["-c", folder.file("a/b/crictl.yaml"), "config", "--set", "timeout=5"])
    #expect(run.code == 0, "\(run)")
    for name in ["a", "a/b"] { #expect(Self.mode(folder.file(name)) == 0o755) }
  }

  /// The second state directory cannot be created, because its parent is a file.
  @Test(arguments: [("state", "state", "guard-before"), ("file/state", ".", "cri-before-")])
  func `the snapshot that guard keeps without a verdict can be read only by its owner`(
    state: String, directory: String, prefix: String
  ) async throws {
    try TestFile.write("", to: folder.file("file"))
    let runtime = try await SimulatorProcess(in: folder)
    let kill = ["/bin/sh", "-c", "kill -9 \(runtime.pid ?? 0)"]
    let run = try await unmasked(["guard", "--wait", "1s", "--"] + kill, on: runtime.socket, state: state)
    #expect(run.code == 3, "\(run)")
    let kept = TemporaryDirectory.names(in: folder.file(directory)).filter { $0.hasPrefix(prefix) }
    #expect(kept.count == 1 && kept.allSatisfy { $0.hasSuffix(".json") }, "\(kept)")
    for name in kept { #expect(Self.mode(folder.file("\(directory)/\(name)")) == 0o600) }
    #expect(run.errors.contains("cri verify --before \(folder.path)"), "\(run.errors)")
  }

  // MARK: Logins

  private static let password = "open-sesame-4711"

  /// Returns the arguments of all processes.
  private static func allArguments() -> String {
    TemporaryDirectory.names(in: "/proc").filter { $0.allSatisfy(\.isNumber) }
      .map { TestFile.read("/proc/\($0)/cmdline") }.joined(separator: "\n")
  }

  /// A program of this name in a directory of `PATH`, which leaves a file behind if it is run.
  private func plant(_ name: String) throws {
    if !TestFile.exists(folder.file("bin")) { #expect(mkdir(folder.file("bin"), 0o755) == 0) }
    try TestFile.write(
      "#!/bin/sh\necho \"$0 $*\" >> '\(folder.file("run"))'\necho '{\"Username\":\"u\",\"Secret\":\"s\"}'\n",
      to: folder.file("bin/\(name)"))
    #expect(chmod(folder.file("bin/\(name)"), 0o755) == 0)
  }

  @Test(arguments: [
    #"{"credsStore": "planted"}"#, #"{"credHelpers": {"quay.io": "planted"}}"#,
    #"{"auths": {"quay.io": {}}, "credsStore": "planted"}"#,
    #"{"auths": {"quay.io": {"auth": "LOGIN"}}, "credsStore": "planted", "credHelpers": {"quay.io": "planted"}}"#,
  ])
  func `a credential helper is never run`(document: String) async throws {
    try plant("docker-credential-planted")
    // This shows that the helper would be found and would leave its file behind.
    let path = "\(folder.file("bin")):/usr/bin:/bin"
    _ = try await Tool.run(["/bin/sh", "-c", "docker-credential-planted get"], environment: ["PATH": path])
    #expect(TestFile.exists(folder.file("run")))
    unlink(folder.file("run"))
    let login = Base64.encode(Array("me:\(Self.password)".utf8))
    try TestFile.write(document.replacing("LOGIN", with: login), to: folder.file("auth.json"))
    let runtime = try TestRuntime { name, _ in
      name == "PullImage" ? .message(PullImageResponse(imageRef: "sha256:aa")) : nil
    }
    let run = try await Tool.cri(
      ["-D", "pull", "quay.io/a:1"], on: runtime,
      environment: ["PATH": path, "REGISTRY_AUTH_FILE": folder.file("auth.json")])
    #expect(run.code == 0 && runtime.called == ["PullImage"], "\(run)")
    #expect(!TestFile.exists(folder.file("run")))
  }

  /// While the runtime pulls, the command holds the password.
  @Test(arguments: [["CRICTL_CREDS": "me:\(password)"], ["REGISTRY_AUTH_FILE": "FILE"]], [true, false])
  func `a password is never an argument of a process, and is not printed`(
    variables: [String: String], succeeds: Bool
  ) async throws {
    let secrets = [Self.password, Base64.encode(Array("me:\(Self.password)".utf8))]
    try TestFile.write(#"{"auths": {"quay.io": {"auth": "\#(secrets[1])"}}}"#, to: folder.file("auth.json"))
    let asked = Locked<(arguments: String, login: AuthConfig?)?>(nil)
    let runtime = try TestRuntime { _, bytes in
      let request = try PullImageRequest.decode(bytes)
      asked.withLock { $0 = (Self.allArguments(), request.auth) }
      return succeeds
        ? .message(PullImageResponse(imageRef: "sha256:aa")) : .failure(.unknown, "401 Unauthorized")
    }
    let environment = variables.mapValues { $0 == "FILE" ? folder.file("auth.json") : $0 }
    let run = try await Tool.cri(["-D", "pull", "quay.io/a:1"], on: runtime, environment: environment)
    #expect(run.code == (succeeds ? 0 : 1), "\(run)")
    let (arguments, login) = try #require(asked.withLock { $0 })
    #expect(login == AuthConfig(username: "me", password: Self.password))
    #expect(arguments.contains("quay.io/a:1"), "the command's own arguments are among them")
    for secret in secrets {
      #expect(!arguments.contains(secret) && !run.output.contains(secret) && !run.errors.contains(secret))
    }
  }
}
