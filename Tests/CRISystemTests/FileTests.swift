import CRISystem
import Glibc
import TestSupport
import Testing

struct FileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var names: [String] { TemporaryDirectory.names(in: directory.path) }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func `a file over the limit is refused`() throws {
    let path = directory.file("f")
    try TestFile.write(String(repeating: "x", count: 100_000), to: path)
    #expect(try File.read(path).count == 100_000)
    #expect(try File.read(path, limit: 100_000).count == 100_000)
    #expect(throws: FileError.fileTooLarge) { try File.read(path, limit: 99_999) }
    #expect(throws: FileError.noSuchFile) { try File.read(directory.file("missing")) }
    #expect(throws: FileError.isADirectory) { try File.read(directory.path) }
    #expect(try File.read("/proc/self/stat", limit: 1 << 16).count > 0)
  }

  @Test func `a new file has the requested mode`() throws {
    let path = directory.file("f")
    for (mode, text) in [(UInt32(0o755), "one"), (0o644, ""), (0o600, "three")] {
      try File.writeAtomically(Array(text.utf8), to: path, mode: mode)
      #expect(TestFile.read(path) == text)
      #expect(self.mode(path) == mode_t(mode))
    }
    #expect(names == ["f"])
  }

  @Test func `a link stays and its target is replaced`() throws {
    let link = directory.file("link")
    try TestFile.write("old", to: directory.file("f"))
    #expect(symlink("f", link) == 0)
    try File.writeAtomically(Array("new".utf8), to: link)
    #expect(File.linkTarget(link) == "f")
    #expect(TestFile.read(directory.file("f")) == "new")
  }

  @Test func `a failure leaves no temporary file`() throws {
    #expect(throws: FileError.noSuchFile) { try File.writeAtomically([1], to: directory.file("missing/f")) }
    #expect(mkdir(directory.file("d"), 0o755) == 0)
    #expect(throws: FileError.isADirectory) { try File.writeAtomically([1], to: directory.file("d")) }
    #expect(names == ["d"])
  }

  /// The old file is kept if the file system is full. The test runs in a process with a limit on the size of files.
  @Test func `a full disk keeps the old file`() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let path = directory.file("f")
      try TestFile.write("old", to: path)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #expect(throws: FileError.fileTooLarge) {
        try File.writeAtomically([UInt8](repeating: 1, count: 5000), to: path)
      }
      #expect(TestFile.read(path) == "old")
      #expect(TemporaryDirectory.names(in: directory.path) == ["f"])
    }
  }

  @Test func identity() throws {
    try TestFile.write("", to: directory.file("a"))
    #expect(link(directory.file("a"), directory.file("b")) == 0)
    try TestFile.write("", to: directory.file("c"))
    #expect(FileIdentity(of: directory.file("a")) == FileIdentity(of: directory.file("b")))
    #expect(FileIdentity(of: directory.file("a")) != FileIdentity(of: directory.file("c")))
    #expect(FileIdentity(of: directory.file("missing")) == nil)
  }
}

struct KernelTests {
  @Test func thisProcess() async throws {
    let child = try SpawnedProcess(["/bin/sleep", "60"])
    let ours = try #require(Kernel.startTime(of: getpid()))
    let theirs = try #require(Kernel.startTime(of: child.pid))
    #expect(ours > 0 && theirs >= ours)
    // The path of the program is known after exec(2).
    #expect(await eventually { Kernel.executable(of: child.pid)?.hasSuffix("sleep") ?? false })
    child.signal(SIGKILL)
    #expect(await child.end().code == 128 + SIGKILL)
    #expect(Kernel.startTime(of: child.pid) == nil)
    #expect(Kernel.executable(of: child.pid) == nil)
  }

  @Test func thisNode() {
    #expect(Kernel.bootID.map { $0.count == 36 } ?? true)
    #expect(!Kernel.names.release.isEmpty && !Kernel.names.node.isEmpty)
    let year2020: Int64 = 1_577_836_800_000_000_000
    #expect(Kernel.now > year2020)
  }

  @Test func timeZones() async {
    await #expect(processExitsWith: .success) {
      setenv("TZ", "XYZ-5:30", 1)
      let time = LocalTime(unixSeconds: 1_700_000_000)
      #expect(time.offset == 19_800 && time.zone == "XYZ")
      #expect(LocalTime(unixSeconds: .max).zone == "UTC")
    }
  }
}

struct ChildProcessTests {
  @Test func endings() throws {
    let signals = try SignalWatch()
    #expect(try ChildProcess.run(["true"], signals: signals) == .exited(0))
    #expect(try ChildProcess.run(["sh", "-c", "exit 3"], signals: signals) == .exited(3))
    #expect(try ChildProcess.run(["sh", "-c", "kill -9 $$"], signals: signals) == .killed(signal: SIGKILL))
    #expect(throws: Errno.noSuchFile) { try ChildProcess.run(["/nowhere/at/all"], signals: signals) }
    var written: [UInt8] = []
    let talker = ["sh", "-c", "echo output; echo errors >&2; exit 4"]
    #expect(try ChildProcess.run(talker, output: { written = $0 }, signals: signals) == .exited(4))
    #expect(String(decoding: written, as: UTF8.self) == "output\nerrors\n")
    #expect(throws: Errno.noSuchFile) { try ChildProcess.run([], signals: signals) }
  }
}

struct SignalWatchTests {
  /// timeout(1), for example, sends SIGTERM to the command and then to its process group.
  @Test func `after a second signal, writes that do not block still succeed`() async {
    await #expect(processExitsWith: .success) {
      let signals = try SignalWatch()
      kill(getpid(), SIGTERM)
      #expect(await signals.next()?.number == SIGTERM)
      kill(getpid(), SIGTERM)
      #expect(try Poll.wait([(signals.descriptor, true, false)], timeout: .seconds(10))[0].readable)
      let (reader, writer) = try UnixSocket.pair()
      defer { for descriptor in [reader, writer] { close(descriptor) } }
      try Descriptor.writeAll([1], to: writer)
      #expect(throws: Errno.interrupted) {
        while true { try Descriptor.writeAll([UInt8](repeating: 0, count: 4096), to: writer) }
      }
    }
  }
}
