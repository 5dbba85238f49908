import CRIJSON
import CRISnapshot
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Runs `cri snapshot` as users run it.
@Suite(.timeLimit(.minutes(10))) struct SnapshotCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
  }

  private static func mode(_ path: String) -> UInt32 {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : 0
  }

  @Test func `the file is readable by its owner only`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["snapshot", "-o", directory.file("s.json")], on: runtime.socket)
    #expect(run.code == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run)")
    #expect(Self.mode(directory.file("s.json")) & 0o7777 == 0o600)
    let snapshot = try Snapshot(parsing: File.read(directory.file("s.json")))
    #expect(snapshot.sandboxes.count == 3 && snapshot.containers.count == 5 && snapshot.incomplete.isEmpty)
    #expect(snapshot.daemon.pid == runtime.pid)
    #expect(snapshot.daemon.executable == SimulatorProcess.program)
    #expect(snapshot.tool.hasPrefix("cri "))
    #expect(try names == ["s.json", "sim.sock", "sim.state"])
  }

  @Test(arguments: [[], ["-o", "-"], ["--output", "-"], ["--output=-"]])
  func `the snapshot is written to standard output`(arguments: [String]) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["snapshot"] + arguments, on: runtime.socket)
    #expect(run.code == 0 && run.errors.isEmpty)
    #expect(run.output.hasSuffix("}\n"))
    #expect(try Snapshot(parsing: Array(run.output.utf8)).sandboxes.count == 3)
  }

  @Test func `the pods' policies are included on request, and nothing else about the pods`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let pods = """
      {"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "job", "namespace": "ops", "uid": "u"},
       "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "env": [{"name": "K", "value": "hunter2"}]}]}}]}
      """
    try TestFile.write(pods, to: directory.file("pods.json"))
    let run = try await Tool.cri(["snapshot", "--pods", directory.file("pods.json")], on: runtime.socket)
    #expect(run.code == 0 && !run.output.contains("hunter2"), "\(run)")
    let snapshot = try Snapshot(parsing: Array(run.output.utf8))
    #expect(snapshot.pods?.map(\.restartPolicy) == [.never])
    for (text, words) in [("{", "is not JSON: "), ("{}", "is neither a list of pods nor a pod; write it with kubectl")]
    {
      try TestFile.write(text, to: directory.file("pods.json"))
      let run = try await Tool.cri(["snapshot", "--pods", directory.file("pods.json")], on: runtime.socket)
      #expect(run.code == 2 && run.output.isEmpty && run.errors.contains(words), "\(run)")
    }
    let missing = try await Tool.cri(["snapshot", "--pods", directory.file("none")], on: runtime.socket)
    #expect(missing.code == 2 && missing.errors.contains("cannot be read: "), "\(missing)")
  }

  /// kubelet's response, as its read-only port and `kubectl get --raw /api/v1/nodes/NODE/proxy/pods` return it.
  private static let kubeletPods = """
    {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [{"metadata": {"name": "etcd-node-1",
      "namespace": "kube-system", "uid": "hash", "annotations": {"kubernetes.io/config.source": "file"}},
     "spec": {"containers": [{"name": "etcd", "env": [{"name": "K", "value": "hunter2"}]}], "restartPolicy": "OnFailure"},
     "status": {"phase": "Running"}}]}
    """

  @Test func `the pods may come from kubelet's read-only port`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let body = Self.kubeletPods
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    let kubelet = try LoopbackServer(
      Array("\(head)\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n".utf8))
    let run = try await Tool.cri(
      ["snapshot", "--pods", "http://127.0.0.1:\(kubelet.port)/pods"], on: runtime.socket)
    #expect(run.code == 0 && !run.output.contains("hunter2"), "\(run)")
    let pods = try Snapshot(parsing: Array(run.output.utf8)).pods
    #expect(pods?.map(\.pod.uid) == ["hash"] && pods?.map(\.restartPolicy) == [.onFailure])
    #expect(pods?.map(\.source) == ["file"])
    #expect(kubelet.requests.allSatisfy { $0.hasPrefix("GET /pods HTTP/1.1\r\n") && !$0.contains("Authorization") })
  }

  @Test func `the pods may come from the API server's proxy, on standard input`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["snapshot", "--pods", "-"], on: runtime.socket, input: Self.kubeletPods)
    #expect(run.code == 0, "\(run)")
    #expect(try Snapshot(parsing: Array(run.output.utf8)).pods?.map(\.restartPolicy) == [.onFailure])
  }

  @Test(arguments: [
    ("http://127.0.0.1:1/pods", "cannot connect to 127.0.0.1:1: "),
    ("http://192.0.2.7:10255/pods", "192.0.2.7 is not an address of this machine"),
    ("https://127.0.0.1:1/pods", "cannot connect to 127.0.0.1:1: "),
  ])
  func `a kubelet that cannot be reached is a usage error whose remedy is a different source`(
    url: String, words: String
  ) async throws {
    let run = try await Tool.cri(["snapshot", "--pods", url], on: directory.file("no.sock"))
    #expect(run.code == 2, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: "--pods \(url) cannot be read: \(words)")
    #expect(run.errors.contains("; pipe the output of kubectl get --raw /api/v1/nodes/NODE/proxy/pods to --pods -"))
  }

  @Test func `an existing file is replaced completely and gets mode 0600`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    try TestFile.write(String(repeating: "old ", count: 1 << 20), to: directory.file("s.json"))
    chmod(directory.file("s.json"), 0o666)
    let run = try await Tool.cri(["snapshot", "-o", directory.file("s.json")], on: runtime.socket)
    #expect(run.code == 0)
    #expect(Self.mode(directory.file("s.json")) & 0o7777 == 0o600)
    _ = try Snapshot(parsing: File.read(directory.file("s.json")))
  }

  @Test func `a link is kept, and its target is replaced`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    mkdir(directory.file("real"), 0o755)
    try TestFile.write("old", to: directory.file("real/s.json"))
    symlink("real/s.json", directory.file("link"))
    let run = try await Tool.cri(["snapshot", "-o", directory.file("link")], on: runtime.socket)
    #expect(run.code == 0)
    #expect(Self.mode(directory.file("link")) & S_IFMT == S_IFLNK)
    #expect(Self.mode(directory.file("real/s.json")) & S_IFMT == S_IFREG)
    _ = try Snapshot(parsing: File.read(directory.file("real/s.json")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("real")) == ["s.json"])
  }

  @Test func `the null device is written to; other devices and FIFOs are refused`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    // These are copies of /dev/null and /dev/full, whose device numbers (major:minor) are 1:3 and 1:7.
    let canMake =
      mknod(directory.file("null"), S_IFCHR | 0o666, 0x103) == 0
      && mknod(directory.file("full"), S_IFCHR | 0o666, 0x107) == 0
    if canMake {
      #expect(try await Tool.cri(["snapshot", "-o", directory.file("null")], on: runtime.socket).code == 0)
      #expect(Self.mode(directory.file("null")) & S_IFMT == S_IFCHR)
      let full = try await Tool.cri(["snapshot", "-o", directory.file("full")], on: runtime.socket)
      #expect(full.code == 1 && full.errors.contains("it is a device; specify a regular file"))
      #expect(Self.mode(directory.file("full")) & S_IFMT == S_IFCHR)
    }
    mkfifo(directory.file("pipe"), 0o600)
    let run = try await Tool.cri(["snapshot", "-o", directory.file("pipe")], on: runtime.socket)
    #expect(run.code == 1)
    Self.expectOneLine(run, containing: "it is a FIFO; specify a regular file")
    #expect(Self.mode(directory.file("pipe")) & S_IFMT == S_IFIFO)
  }

  @Test(arguments: ["missing/s.json", "file/s.json", "folder"])
  func `a file that cannot be written is reported in one line`(name: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    try TestFile.write("x", to: directory.file("file"))
    mkdir(directory.file("folder"), 0o755)
    let before = try names
    let run = try await Tool.cri(["snapshot", "-o", directory.file(name)], on: runtime.socket)
    #expect(run.code == 1)
    Self.expectOneLine(run, containing: directory.file(name))
    #expect(try names == before)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to switch to another user"))
  func `a directory without write permission is an error`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    chmod(runtime.socket, 0o777)
    chmod(directory.path, 0o755)
    mkdir(directory.file("closed"), 0o755)
    let run = try await Tool.run(
      Self.unprivileged + [Tool.path("cri"), "-r", runtime.socket, "snapshot", "-o", directory.file("closed/s.json")])
    #expect(run.code == 1)
    Self.expectOneLine(run, containing: "Permission denied")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("closed")).isEmpty)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to mount a small file system"))
  func `on a full disk the old file stays, and no other file is left`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    mkdir(directory.file("disk"), 0o755)
    let mount = try await Tool.run(["/bin/mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", directory.file("disk")])
    try #require(mount.code == 0, "\(mount.errors)")
    defer { _ = umount2(directory.file("disk"), Int32(MNT_DETACH)) }
    try TestFile.write("the old one", to: directory.file("disk/s.json"))
    let run = try await Tool.cri(["snapshot", "-o", directory.file("disk/s.json")], on: runtime.socket)
    #expect(run.code == 1)
    Self.expectOneLine(run, containing: "No space left on device; its previous content is unchanged; free some space")
    #expect(TestFile.read(directory.file("disk/s.json")) == "the old one")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("disk")) == ["s.json"])
  }

  @Test func `a full device behind standard output is reported`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.run(
      ["/bin/sh", "-c", "exec \"$0\" snapshot >/dev/full", Tool.path("cri")],
      environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.socket])
    #expect(run.code == 1)
    Self.expectOneLine(run, containing: "No space left on device")
  }

  @Test func `without a runtime no file is written`() async throws {
    let run = try await Tool.cri(["snapshot", "-o", directory.file("s.json")], on: directory.file("no.sock"))
    #expect(run.code == 3)
    Self.expectOneLine(run, containing: "No such file or directory")
    #expect(try names.isEmpty)
  }

  @Test(arguments: 1...13) func `a runtime that dies during any call leaves no new file, and the old one unchanged`(
    call: Int
  ) async throws {
    try TestFile.write("the old one", to: directory.file("s.json"))
    // Five list calls, then eight status calls.
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "3", "--containers", "5", "--kill-after", "\(call)"])
    let run = try await Tool.cri(["snapshot", "-o", directory.file("s.json")], on: runtime.socket)
    #expect(run.code == 3)
    // A call that starts after the runtime has died cannot connect, and its error may be printed first.
    let isRefused = call > 1 && run.errors.contains("cannot connect")
    Self.expectOneLine(
      run, containing: call == 1 ? "Version" : isRefused ? "the runtime is not running" : "connection lost")
    #expect(TestFile.read(directory.file("s.json")) == "the old one")
    #expect(try names.allSatisfy { !$0.hasSuffix(".tmp") })
  }

  @Test func `an incomplete snapshot does not replace a complete one unless requested`() async throws {
    try TestFile.write("the old one", to: directory.file("s.json"))
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "3", "--containers", "5", "--fail", "ContainerStatus=INTERNAL:the shim is silent"])
    let refused = try await Tool.cri(["snapshot", "-o", directory.file("s.json")], on: runtime.socket)
    #expect(refused.code == 3)
    Self.expectOneLine(refused, containing: "nothing was written")
    #expect(TestFile.read(directory.file("s.json")) == "the old one")
    let run = try await Tool.cri(["snapshot", "--incomplete", "-o", directory.file("s.json")], on: runtime.socket)
    #expect(run.code == 3)
    Self.expectOneLine(run, containing: "incomplete")
    #expect(run.errors.contains("the shim is silent") && run.errors.contains("and 4 more"))
    let snapshot = try Snapshot(parsing: File.read(directory.file("s.json")))
    #expect(snapshot.sandboxes.count == 3 && snapshot.incomplete.count == 5)
  }

  @Test(arguments: [["--nonsense"], ["too", "much"], ["-o"]])
  func `a usage error is reported in one line with exit code 2`(arguments: [String]) async throws {
    let run = try await Tool.cri(["snapshot"] + arguments, on: directory.file("no.sock"))
    #expect(run.code == 2)
    Self.expectOneLine(run, containing: "cri snapshot --help")
  }

  /// Runs a command as an unprivileged user.
  static let unprivileged = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]

  static func expectOneLine(
    _ run: Tool, containing words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(
      run.errors.hasPrefix("cri: ") && run.errors.hasSuffix("\n"), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(words), "\(run.errors)", sourceLocation: sourceLocation)
  }
}
