import CRIJSON
import CRISnapshot
import CRISystem
import Glibc
import TestSupport
import Testing

/// A user ID that has no account on the test machines.
private let mallory: uid_t = 64_001

/// Files that another user on the node has prepared for a command that root runs.
@Suite(.timeLimit(.minutes(5)), .enabled(if: geteuid() == 0, "needs root: only root can give files to other users"))
struct HostileFileTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    #expect(chmod(directory.path, 0o1777) == 0)
    let snapshot = try Snapshot.recorded("containerd-1.6.20", .before).json.text()
    for name in ["before", "after"] { try ProcessFacts.write(snapshot, to: directory.file(name)) }
  }

  private func mode(_ name: String) -> mode_t? {
    var status = stat()
    return lstat(directory.file(name), &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  private func verify(reportTo path: String) async throws -> Tool {
    try await Tool.cri([
      "verify", "--before", directory.file("before"), "--after", directory.file("after"), "--report", "json=\(path)",
    ])
  }

  /// The commands that write a file, with its path.
  private static let writers = ["snapshot", "verify", "preflight", "guard", "guard --report", "config"]

  private func write(_ command: String, to path: String, on runtime: String) async throws -> Tool {
    switch command {
    case "snapshot": try await Tool.cri(["snapshot", "-o", path], on: runtime)
    case "verify": try await verify(reportTo: path)
    case "preflight": try await Tool.cri(["preflight", "--report", "json=\(path)"], on: runtime)
    case "guard": try await Tool.cri(["guard", "--save", path, "--", "true"], on: runtime)
    case "guard --report": try await Tool.cri(["guard", "--report", "json=\(path)", "--", "true"], on: runtime)
    default: try await Tool.cri(["-c", path, "config", "--set", "timeout=5"], on: runtime)
    }
  }

  private static let dangerous: [(mode_t, uid_t)] = [(0o6777, mallory), (0o6777, 0), (0o666, 0), (0o4755, mallory)]

  @Test(arguments: dangerous)
  func `a report or a configuration never keeps a dangerous mode`(mode: mode_t, owner: uid_t) async throws {
    for (name, left) in [("report", mode_t(0o644)), ("crictl.yaml", 0o600)] {
      let path = directory.file(name)
      try ProcessFacts.write("", to: path)
      #expect(chown(path, owner, owner) == 0 && chmod(path, mode) == 0)
      if name == "report" {
        #expect(try await verify(reportTo: path).code == 4)
      } else {
        #expect(try await Tool.cri(["-c", path, "config", "--set", "timeout=5"]).code == 0)
      }
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_uid == 0 && status.st_size > 0)
      #expect(self.mode(name) == left)
    }
  }

  @Test(arguments: writers) func `a planted link is not followed`(command: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(mkdir(directory.file("secret"), 0o700) == 0)
    for (link, target) in [("file", "secret/shadow"), ("directory", "secret")] {
      #expect(symlink(directory.file(target), directory.file(link)) == 0)
      #expect(lchown(directory.file(link), mallory, mallory) == 0)
    }
    for path in [directory.file("file"), directory.file("directory/shadow")] {
      let run = try await write(command, to: path, on: runtime.socket)
      #expect(run.code != 0 && run.errors.contains("symbolic link of user \(mallory)"), "\(command) \(run)")
    }
    #expect(TemporaryDirectory.names(in: directory.file("secret")).isEmpty)
  }

  @Test(arguments: writers) func `a planted FIFO is refused immediately`(command: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let path = directory.file("fifo")
    #expect(mkfifo(path, 0o666) == 0 && chown(path, mallory, mallory) == 0)
    // The other user is waiting for data.
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let start = ContinuousClock.now
    let run = try await write(command, to: path, on: runtime.socket)
    #expect(
      run.code != 0 && run.errors.contains(path) && run.errors.contains("it is a FIFO; specify a regular file"),
      "\(command) \(run)")
    #expect(ContinuousClock.now - start < .seconds(20))
    var byte: UInt8 = 0
    #expect(read(reader, &byte, 1) <= 0, "the reader of the FIFO received data")
  }

  @Test func `a FIFO as a configuration is refused immediately`() async throws {
    let path = directory.file("fifo")
    #expect(mkfifo(path, 0o666) == 0)
    for run in [
      try await Tool.cri(["-c", path, "version"]),
      try await Tool.cri(["version"], environment: ["CRI_CONFIG_FILE": path]),
      try await Tool.cri(["runp", path], on: "/nowhere"),
      try await Tool.cri(["diff", path, directory.file("after")]),
      try await Tool.cri(["pull", "x"], on: "/nowhere", environment: ["REGISTRY_AUTH_FILE": path]),
    ] {
      #expect(
        run.code == 2 && run.errors.contains(path) && run.errors.contains("it is a FIFO; specify a regular file"),
        "\(run)"
      )
    }
  }

  @Test func `another user's link is not followed when reading`() async throws {
    try ProcessFacts.write("secret-key: 1\n", to: directory.file("secret"))
    let path = directory.file("link")
    #expect(symlink(directory.file("secret"), path) == 0 && lchown(path, mallory, mallory) == 0)
    for run in [
      try await Tool.cri(["-c", path, "version"]),
      try await Tool.cri(["-c", path, "config", "--list"]),
      try await Tool.cri(["runp", path], on: "/nowhere"),
      try await Tool.cri(["diff", path, directory.file("after")]),
      try await Tool.cri(["pull", "x"], on: "/nowhere", environment: ["REGISTRY_AUTH_FILE": path]),
    ] {
      #expect(run.code == 2 && run.errors.contains("symbolic link of user \(mallory)"), "\(run)")
      #expect(!run.errors.contains("secret-key"))
    }
    #expect(lchown(path, 0, 0) == 0)
    #expect(try await Tool.cri(["-c", path, "version"]).errors.contains("secret-key"))
  }

  @Test(arguments: ["-", "/dev/stdin", "/dev/fd/0"])
  func `an input that does not end fails at the timeout`(path: String) async throws {
    let script =
      "mkfifo '\(directory.file("p"))'; exec 9<>'\(directory.file("p"))'; exec \"$0\" -t 1s diff \(path) \"$1\" <&9"
    let run = try await Tool.run(["/bin/bash", "-c", script, Tool.path("cri"), directory.file("after")])
    #expect(run.code == 2 && run.errors.contains("the input did not end before the timeout"), "\(run)")
    #expect(run.duration < .seconds(20))
  }

  @Test func `the caller's descriptors and the null device can be used`() async throws {
    let script = """
      set -e; cri=$0; cd '\(directory.path)'
      "$cri" diff /dev/stdin after <before
      "$cri" diff - after <before
      cat before | "$cri" diff /dev/fd/0 after
      "$cri" diff /proc/self/fd/5 after 5<before
      v="$cri verify --before before --after after --warn-only --report"
      $v json=/dev/null >table
      $v json=/dev/stdout -o tap >both
      $v json=/dev/fd/7 7>seven >/dev/null
      $v json=/proc/self/fd/8 8>>eight >/dev/null
      $v json=/dev/stderr 2>two >/dev/null
      $v json=/dev/stdout -o tap | cat >pipe
      """
    let run = try await Tool.run(["/bin/bash", "-c", script, Tool.path("cri")])
    #expect(run.code == 0, "\(run)")
    for name in ["both", "seven", "eight", "two", "pipe"] {
      #expect(ProcessFacts.read(directory.file(name)).contains("\"verdict\""), "\(name)")
    }
    #expect(ProcessFacts.read(directory.file("both")).contains("TAP version"))
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  /// guard catches signals, so a blocked write must not prevent them from ending it.
  @Test func `a reader that does not read does not prevent a signal from ending guard`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let script = """
      cd '\(directory.path)'; mkfifo full; exec 3<>full; head -c 65536 /dev/zero >&3
      "$0" -r '\(runtime.socket)' guard -- true >&3 2>errors 3>&- & pid=$!
      # Long after the verdict is there to be written.
      sleep 5; kill -TERM $pid; ( sleep 20; kill -KILL $pid ) 2>/dev/null & wait $pid
      """
    let run = try await Tool.run(["/bin/bash", "-c", script, Tool.path("cri")])
    // The code is not 137: guard was not killed, and the verdict decides.
    #expect(run.code == 3 || run.code == 4, "\(run)")
  }
}
