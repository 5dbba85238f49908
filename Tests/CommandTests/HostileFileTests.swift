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
    for name in ["before", "after"] { try TestFile.write(snapshot, to: directory.file(name)) }
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
      try TestFile.write("", to: path)
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

  /// The link appears after the file was checked: while kubelet is being stopped, or while the command runs.
  @Test(arguments: ["while a unit stops", "while the command runs"])
  func `guard does not rename or link through a link that is planted later`(moment: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active"])
    for name in ["secret", "drop"] { #expect(mkdir(directory.file(name), 0o700) == 0) }
    try TestFile.write("secret", to: directory.file("secret/shadow"))
    let file = directory.file("drop/save.json")
    let plant = """
      rm -f '\(file)'
      ln -s '\(directory.file("secret/shadow"))' '\(file)'
      chown -hR \(mallory) '\(directory.file("drop"))'
      touch '\(directory.file("planted"))'
      """
    let isEarly = moment == "while a unit stops"
    if isEarly { try systemd.when("stop", plant) }
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--save", file, "--", "/bin/sh", "-c", isEarly ? ":" : plant], on: runtime.socket,
      environment: ["PATH": systemd.path, "STATE_DIRECTORY": directory.file("state")])
    #expect(TestFile.exists(directory.file("planted")), "\(run)")
    #expect(TemporaryDirectory.names(in: directory.file("secret")) == ["shadow"], "\(run)")
    if isEarly { #expect(run.code == 2 && run.errors.contains("symbolic link of user \(mallory)"), "\(run)") }
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
    try TestFile.write("secret-key: 1\n", to: directory.file("secret"))
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

  @Test func `an input that arrives byte by byte fails at the timeout`() async throws {
    let script = "(while printf x; do sleep 0.2; done) | exec \"$0\" -t 1s diff - \"$1\""
    let run = try await Tool.run(["/bin/bash", "-c", script, Tool.path("cri"), directory.file("after")])
    #expect(run.code == 2 && run.errors.contains("the input did not end before the timeout"), "\(run)")
    #expect(run.duration < .seconds(20))
  }

  @Test(arguments: ["snapshot -o /dev/fd/9", "verify --before before --report json=/dev/fd/9", "pull x"])
  func `a descriptor that no process reads or writes fails at the timeout`(words: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let pipe = directory.file("p")
    // The pipe is full, or nobody writes to it.
    let script = """
      cd '\(directory.path)'; mkfifo '\(pipe)'; exec 9<>'\(pipe)'
      \(words == "pull x" ? "" : "dd if=/dev/zero of='\(pipe)' oflag=nonblock bs=4096 count=16 2>/dev/null")
      exec "$0" -t 1s -r '\(runtime.socket)' \(words)
      """
    let run = try await Tool.run(
      ["/bin/bash", "-c", script, Tool.path("cri")], environment: ["REGISTRY_AUTH_FILE": "/dev/fd/9"])
    #expect(run.code > 0, "\(run)")
    #expect(run.errors.contains("before the timeout"), "\(run)")
    #expect(run.duration < .seconds(20))
  }

  /// The terminal is full. A signal, or the timeout, ends the wait for it.
  @Test(arguments: ["-t 1s snapshot -o /dev/fd/9", "guard --report json=/dev/fd/9 -- true"])
  func `a terminal that no process reads does not block`(words: String) async throws {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "400"])
    let script = """
      import os, pty, signal, subprocess, sys, threading
      os.dup2(pty.openpty()[1], 9)
      process = subprocess.Popen([*sys.argv[1:]], pass_fds=[9])
      for seconds in [3, 6] if "guard" in sys.argv else []:
          threading.Timer(seconds, lambda: process.send_signal(signal.SIGTERM)).start()
      sys.exit(process.wait(30))
      """
    let run = try await Tool.run(
      ["/usr/bin/python3", "-c", script, Tool.path("cri"), "-r", runtime.socket]
        + words.split(separator: " ").map(String.init))
    #expect(run.code > 0 && !run.errors.contains("Traceback"), "\(run)")
    #expect(words.hasPrefix("guard") || run.errors.contains("before the timeout"), "\(run)")
    #expect(run.duration < .seconds(20))
  }

  /// A signal arrives while `guard` waits for the reader of its report, or for the end of its configuration.
  @Test(arguments: ["guard --report json=/dev/fd/9 -- sleep 1", "-c /dev/fd/8 guard -- true"])
  func `a signal ends guard even if no process reads or writes a descriptor`(words: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let (full, empty) = (directory.file("p"), directory.file("q"))
    let script = """
      mkfifo '\(full)' '\(empty)'; exec 9<>'\(full)' 8<>'\(empty)'
      dd if=/dev/zero of='\(full)' oflag=nonblock bs=4096 count=16 2>/dev/null
      "$0" -r '\(runtime.socket)' \(words) & process=$!
      for delay in 0.5 1 1; do sleep $delay; kill -TERM $process 2>/dev/null || break; done
      wait $process
      """
    let run = try await Tool.run(
      ["/bin/bash", "-c", script, Tool.path("cri")], environment: ["STATE_DIRECTORY": directory.file("state")])
    #expect(run.code > 0 && run.duration < .seconds(20), "\(run)")
  }

  @Test func `guard refuses a state directory inside another user's directory`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let own = directory.file("mallory")
    #expect(mkdir(own, 0o755) == 0 && mkdir("\(own)/state", 0o700) == 0 && chown(own, 64_001, 64_001) == 0)
    let run = try await Tool.cri(
      ["guard", "--", "touch", directory.file("ran")], on: runtime.socket,
      environment: ["STATE_DIRECTORY": "\(own)/state"])
    #expect(run.code == 2 && run.errors.contains("nothing was changed"), "\(run)")
    #expect(!TestFile.exists(directory.file("ran")))
  }

  @Test(arguments: ["guard -- touch ran", "monitor"])
  func `a state directory below one that other users can write to is refused`(words: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let shared = directory.file("shared")
    #expect(mkdir(shared, 0o755) == 0 && mkdir("\(shared)/state", 0o700) == 0 && chmod(shared, 0o777) == 0)
    let run = try await Tool.run(
      ["/bin/sh", "-c", "cd '\(directory.path)' && exec timeout 20 '\(Tool.path("cri"))' \(words)"],
      environment: ["STATE_DIRECTORY": "\(shared)/state", "CONTAINER_RUNTIME_ENDPOINT": runtime.socket])
    #expect(run.code == 2 && run.errors.contains("other users can write to \(shared)"), "\(run)")
    #expect(!TestFile.exists(directory.file("ran")))
    // Nothing is created there either, and the way through a link that others could exchange is refused, too.
    let new = try await Tool.cri(
      ["guard", "--", "true"], on: runtime.socket, environment: ["STATE_DIRECTORY": "\(shared)/new/state"])
    #expect(new.code == 2 && !TestFile.exists("\(shared)/new"), "\(new)")
    #expect(mkdir(directory.file("own"), 0o700) == 0 && symlink(directory.file("own"), "\(shared)/link") == 0)
    let link = try await Tool.cri(
      ["guard", "--", "true"], on: runtime.socket, environment: ["STATE_DIRECTORY": "\(shared)/link"])
    #expect(link.code == 2 && TemporaryDirectory.names(in: directory.file("own")).isEmpty, "\(link)")
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
      #expect(TestFile.read(directory.file(name)).contains("\"verdict\""), "\(name)")
    }
    #expect(TestFile.read(directory.file("both")).contains("TAP version"))
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
    // The code is not 137: guard was not killed, so the code is that of the verdict.
    #expect(run.code == 3 || run.code == 4, "\(run)")
  }
}
