import CRISystem
import Glibc
import TestSupport
import Testing

/// Special files are not opened, and reading does not wait for them.
struct SpecialFileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `a FIFO is refused immediately for reading and for writing`() throws {
    let path = directory.file("fifo")
    #expect(mkfifo(path, 0o666) == 0)
    let error = FileError.notRegular(path: path, .fifo)
    #expect(throws: error) { try File.read(path) }
    #expect(throws: error) { try File.writeAtomically([1], to: path) }
    #expect(throws: error) { try File.checkWritable(path) }
    // The same applies if the file is reached through a link that the caller owns.
    #expect(symlink("fifo", directory.file("link")) == 0)
    #expect(throws: FileError.self) { try File.writeAtomically([1], to: directory.file("link")) }
    #expect(throws: FileError.self) { try File.read(directory.file("link")) }
    #expect("\(error)" == "it is a FIFO; specify a regular file")
  }

  @Test func `a socket and a device are refused`() throws {
    let path = directory.file("socket")
    let socket = try UnixSocket.listen(at: path)
    #expect(throws: FileError.notRegular(path: path, .socket)) { try File.read(path) }
    #expect(throws: FileError.notRegular(path: path, .socket)) { try File.writeAtomically([1], to: path) }
    #expect(throws: FileError.notRegular(path: "/dev/zero", .device)) { try File.read("/dev/zero", limit: 10) }
    #expect(throws: FileError.notRegular(path: "/dev/zero", .device)) { try File.writeAtomically([1], to: "/dev/zero") }
    _ = consume socket
  }

  @Test func `the null device is writable, empty, and never replaced`() throws {
    try File.writeAtomically([1], to: "/dev/null")
    try File.checkWritable("/dev/null")
    #expect(try File.read("/dev/null").isEmpty)
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test(arguments: ["/proc/self/fd/%", "/dev/fd/%", "link"])
  func `a descriptor of this process is written to and read`(path: String) throws {
    let (reader, writer) = try UnixSocket.pair()
    defer { for number in [reader, writer] { close(number) } }
    func name(_ number: Int32) -> String {
      if path != "link" { return path.replacing("%", with: "\(number)") }
      let link = directory.file("\(number)")
      symlink("/proc/self/fd/\(number)", link)
      return link
    }
    try File.checkWritable(name(writer))
    try File.writeAtomically(Array("text".utf8), to: name(writer))
    shutdown(writer, Int32(SHUT_WR))
    #expect(String(decoding: try File.read(name(reader)), as: UTF8.self) == "text")
  }

  @Test func `a file behind a descriptor is written to, not replaced`() throws {
    let path = directory.file("f")
    try TestFile.write("first ", to: path)
    let number = open(path, O_WRONLY | O_APPEND)
    defer { close(number) }
    let inode = FileIdentity(of: path)
    try File.writeAtomically(Array("second".utf8), to: "/proc/self/fd/\(number)")
    #expect(TestFile.read(path) == "first second" && FileIdentity(of: path) == inode)
  }

  /// No driver has this number, so that opening the device would fail.
  @Test(.enabled(if: geteuid() == 0, "needs root: only root can create devices"))
  func `a device that a runtime names is not opened`() throws {
    let path = directory.file("device")
    #expect(mknod(path, S_IFCHR | 0o600, dev_t(500 << 8 | 1)) == 0)
    #expect(open(path, O_RDONLY | O_NONBLOCK) == -1)
    #expect(try OpenFile(path).isRegular == false)
    if let namespace = try NetworkNamespace.open(path) { Issue.record("a namespace: \(namespace.identity)") }
  }

  @Test func `a descriptor that is not open is an error`() {
    #expect(throws: FileError.self) { try File.writeAtomically([1], to: "/proc/self/fd/999") }
    #expect(throws: FileError.self) { try File.read("/dev/fd/999") }
  }
}

struct ConfinedDirectoryTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["out", "root", "root/a", "root/a/b"] { #expect(mkdir(directory.file(name), 0o755) == 0) }
    #expect(symlink(directory.file("out"), directory.file("root/absolute")) == 0)
    #expect(symlink("../out", directory.file("root/relative")) == 0)
    #expect(symlink("a", directory.file("root/inside")) == 0)
  }

  @Test func `names and removal stay below the root`() throws {
    try TestFile.write("", to: directory.file("root/a/b/x"))
    let below = try ConfinedDirectory("a/b", below: directory.file("root"))
    #expect(try below.names() == ["x"] && below.kind(of: "x") == .regular && below.kind(of: "y") == nil)
    #expect(throws: FileError.invalid) { try below.remove("../b/x") }
    try below.remove("x")
    #expect(try below.names().isEmpty)
    #expect(throws: FileError.noSuchFile) { try below.remove("x") }
  }

  @Test(
    .enabled(if: geteuid() == 0, "needs root: only root can give files to other users"), arguments: ["root", "root/a"])
  func `a directory that other users can write to is refused at any depth`(name: String) throws {
    #expect(chown(directory.file(name), 64_001, 64_001) == 0)
    #expect(throws: FileError.changeableByOthers(directory: directory.file(name))) {
      _ = try ConfinedDirectory("a/b", below: directory.file("root"))
    }
  }

  @Test(arguments: ["..", "a/../..", "/", "absolute", "relative", "inside", "a/b/../../../out", "missing", "a\u{0}b"])
  func `links and paths that leave the root are refused`(path: String) throws {
    #expect(throws: FileError.self) { _ = try ConfinedDirectory(path, below: directory.file("root")) }
  }
}
