import CRISystem
import Glibc
import TestSupport
import Testing

/// User IDs that have no account on the test machines; only root can give files to them.
private let (mallory, alice): (uid_t, uid_t) = (64_001, 64_002)

@Suite(.enabled(if: geteuid() == 0, "needs root: only root can give files to other users"))
struct PathWalkTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// - Parameter owner: The owner of the directory itself.
  private func makeDirectory(_ name: String, owner: uid_t = 0, mode: mode_t = 0o755) -> String {
    let path = directory.file(name)
    #expect(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0 && chown(path, owner, owner) == 0)
    return path
  }

  private func link(_ target: String, _ path: String, owner: uid_t = 0) {
    #expect(symlink(target, path) == 0 && lchown(path, owner, owner) == 0)
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  private func owner(_ path: String) -> uid_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_uid : .max
  }

  private func names(_ path: String) -> [String] { TemporaryDirectory.names(in: path).sorted() }

  private func write(_ path: String, mode: UInt32 = 0o644) throws {
    try File.writeAtomically(Array("new".utf8), to: path, mode: mode)
  }

  // MARK: Modes

  @Test(arguments: [
    // The existing mode, its owner, the requested mode, and the expected mode.
    (mode_t(0o6777), mallory, UInt32(0o644), mode_t(0o644)), (0o4755, 0, 0o644, 0o644), (0o2755, 0, 0o644, 0o644),
    (0o1644, 0, 0o644, 0o644), (0o666, 0, 0o644, 0o644), (0o664, 0, 0o644, 0o644), (0o666, mallory, 0o644, 0o644),
    (0o600, mallory, 0o644, 0o644), (0o600, 0, 0o644, 0o600), (0o640, 0, 0o644, 0o640), (0o444, 0, 0o644, 0o444),
    (0o644, 0, 0o600, 0o600), (0o400, 0, 0o600, 0o400), (0o600, 0, 0o666, 0o600), (0o666, 0, 0o666, 0o644),
  ])
  func `an existing mode is kept only if the caller owns the file and it is not wider`(
    _ found: mode_t, _ owner: uid_t, _ asked: UInt32, _ left: mode_t
  ) throws {
    let path = directory.file("report")
    try TestFile.write("old", to: path)
    #expect(chown(path, owner, owner) == 0 && chmod(path, found) == 0)
    try write(path, mode: asked)
    #expect(TestFile.read(path) == "new" && mode(path) == left && self.owner(path) == 0)
  }

  @Test func `a hard link is replaced and the other file is unchanged`() throws {
    let (secret, report) = (directory.file("secret"), directory.file("report"))
    try TestFile.write("old", to: secret)
    #expect(Glibc.link(secret, report) == 0)
    try write(report)
    #expect(TestFile.read(secret) == "old" && TestFile.read(report) == "new")
  }

  // MARK: Links

  /// The test places a link at each depth of the path, owned by another user, in a directory like /tmp.
  @Test(arguments: 0..<4)
  func `a link of another user is not followed at any depth`(depth: Int) throws {
    _ = makeDirectory("secret")
    _ = makeDirectory("secret/b")
    _ = makeDirectory("secret/b/c")
    _ = makeDirectory("tmp", mode: 0o1777)
    let parts = ["a", "b", "c", "report"]
    var path = directory.file("tmp")
    for index in 0..<depth { path = makeDirectory("tmp/" + parts[...index].joined(separator: "/")) }
    link(directory.file("secret"), "\(path)/\(parts[depth])", owner: mallory)
    let report = directory.file("tmp/" + parts.joined(separator: "/"))
    #expect(throws: FileError.foreignLink(path: "\(path)/\(parts[depth])", owner: mallory)) { try write(report) }
    #expect(throws: FileError.self) { try File.checkWritable(report) }
    #expect(names(directory.file("secret")) == ["b"] && names(directory.file("secret/b/c")).isEmpty)
  }

  @Test func `a link of root or of the caller is followed and stays`() throws {
    let real = makeDirectory("real")
    link("real", directory.file("here"))
    link("here/../real/./report", directory.file("relative"))
    link("\(real)/report", directory.file("absolute"))
    for path in ["here/report", "relative", "absolute"] {
      try write(directory.file(path))
      #expect(names(real) == ["report"])
      try File.remove("\(real)/report")
    }
    #expect(File.linkTarget(directory.file("relative")) == "here/../real/./report")
  }

  @Test func `a loop of links is an error`() {
    link("b", directory.file("a"))
    link("a", directory.file("b"))
    #expect(throws: FileError.system(.tooManySymbolicLinkLevels)) { try write(directory.file("a")) }
  }

  /// With `fs.protected_hardlinks` off, another user can create a hard link to root's file in their own directory.
  @Test func `a path must not leave the directory of another user`() throws {
    let own = makeDirectory("mallory", owner: mallory)
    let secret = makeDirectory("secret")
    link(secret, "\(own)/link")
    #expect(throws: FileError.foreignStep(directory: own, owner: mallory)) { try write("\(own)/link/report") }
    #expect(throws: FileError.foreignStep(directory: own, owner: mallory)) { try write("\(own)/../secret/report") }
    #expect(rename(secret, "\(own)/moved") == 0)
    #expect(throws: FileError.foreignStep(directory: own, owner: mallory)) { try write("\(own)/moved/report") }
    _ = makeDirectory("mallory/alice", owner: alice)
    #expect(throws: FileError.foreignStep(directory: own, owner: mallory)) { try write("\(own)/alice/report") }
    _ = makeDirectory("mallory/own", owner: mallory)
    try write("\(own)/own/report")
    try write("\(own)/report")
    #expect(names(own) == ["alice", "link", "moved", "own", "report"] && names("\(own)/moved").isEmpty)
  }

  @Test func `missing directories are created only where the path may lead`() throws {
    _ = try PathWalk(toDirectory: directory.file("a/b//./c/"), making: 0o755)
    #expect(mode(directory.file("a/b/c")) == 0o755)
    link(directory.file("a"), directory.file("link"), owner: mallory)
    #expect(throws: FileError.self) { _ = try PathWalk(toDirectory: directory.file("link/d"), making: 0o755) }
    #expect(throws: FileError.noSuchFile) { _ = try PathWalk(toDirectory: directory.file("x")) }
    #expect(names(directory.file("a")) == ["b"])
    let own = makeDirectory("mallory", owner: mallory)
    #expect(throws: FileError.foreignStep(directory: own, owner: mallory)) {
      _ = try PathWalk(toDirectory: "\(own)/new/d", making: 0o755)
    }
    #expect(names(own).isEmpty)
  }

  // MARK: Races

  @Test func `temporary files have random names`() throws {
    let own = makeDirectory("mallory", owner: mallory)
    let seen = Locked<Set<String>>([])
    let watch = try RepeatingThread {
      let found = TemporaryDirectory.names(in: own).filter { $0 != "report" }
      seen.withLock { $0.formUnion(found) }
    }
    for _ in 0..<20_000 where seen.withLock({ $0.count }) < 10 { try File.writeAtomically([1], to: "\(own)/report") }
    watch.stop()
    let names = seen.withLock { $0 }
    #expect(names.count >= 10, "the temporary file was never seen, or has always the same name: \(names)")
    for name in names {
      #expect(name.hasPrefix(".cri-") && name.dropFirst(5).count == 32 && name.dropFirst(5).allSatisfy(\.isHexDigit))
    }
  }

  /// Another user repeatedly replaces their own directory with a link to root's directory while root writes into it.
  @Test func `replacing a directory with a link never redirects the file`() throws {
    let secret = makeDirectory("secret")
    let own = makeDirectory("mallory", owner: mallory)
    _ = makeDirectory("mallory/d", owner: mallory)
    link(secret, "\(own)/l", owner: mallory)
    let exchange = try RepeatingThread.exchanging("\(own)/d", "\(own)/l")
    var (written, refused) = (0, 0)
    for _ in 0..<3000 {
      do throws(FileError) {
        try File.writeAtomically([1], to: "\(own)/d/report")
        written += 1
      } catch {
        refused += 1
      }
    }
    exchange.stop()
    #expect(names(secret).isEmpty)
    #expect(written > 0 && refused > 0, "the file was never written or never refused")
  }

  /// The owner of a directory repeatedly removes the file as soon as it appears, while root is writing it.
  @Test(.timeLimit(.minutes(1))) func `a file that is removed while it is written is reported`() throws {
    let own = makeDirectory("mallory", owner: mallory)
    let removal = try RepeatingThread { unlink("\(own)/report") }
    var reported: FileError?
    for _ in 0..<20_000 where reported == nil {
      do throws(FileError) { try File.writeAtomically([1], to: "\(own)/report") } catch { reported = error }
    }
    removal.stop()
    guard case .replacedByOther(let path) = reported else {
      Issue.record("\(String(describing: reported))")
      return
    }
    #expect(path == "\(own)/report")
  }
}
