import CRISystem
import Glibc
import TestSupport
import Testing

struct UnixSocketTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A path of so many bytes in the test's directory.
  private func path(ofLength count: Int) -> String {
    directory.file(String(repeating: "x", count: count - directory.path.utf8.count - 1))
  }

  @Test func longestPath() throws {
    let path = path(ofLength: UnixSocket.longestPath)
    let listener = try UnixSocket.listen(at: path)
    let client = try UnixSocket.connect(to: path)
    #expect(try UnixSocket.accept(on: listener) != nil)
    #expect(client.rawValue >= 0)
  }

  @Test func pathsThatCannotBe() {
    let tooLong = path(ofLength: UnixSocket.longestPath + 1)
    for (path, errno) in [(tooLong, Errno.nameTooLong), ("", .noSuchFile), ("a\0b", .noSuchFile)] {
      #expect(throws: errno) { _ = try UnixSocket.connect(to: path).rawValue }
      #expect(throws: errno) { _ = try UnixSocket.listen(at: path).rawValue }
    }
  }

  /// The limit counts bytes, not characters.
  @Test func pathOfMultibyteCharacters() throws {
    let path = directory.file(String(repeating: "é", count: 60))
    #expect(throws: Errno.nameTooLong) { _ = try UnixSocket.listen(at: path).rawValue }
    let short = directory.file("é🐳")
    let listener = try UnixSocket.listen(at: short)
    #expect(UnixSocket.isSocket(short) && listener.rawValue >= 0)
  }

  @Test func acceptWhereNobodyWaits() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    #expect(try UnixSocket.accept(on: listener) == nil)
  }

  @Test func acceptedSocketsAreNonblocking() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    let client = try UnixSocket.connect(to: directory.file("s"))
    guard let accepted = try UnixSocket.accept(on: listener) else {
      Issue.record("nobody came")
      return
    }
    for number in [client.rawValue, accepted.rawValue] {
      #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
      #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
    }
  }

  @Test func credentialsOfBothEnds() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    let client = try UnixSocket.connect(to: directory.file("s"))
    let us = PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid())
    #expect(try client.peerCredentials() == us)
    guard let accepted = try UnixSocket.accept(on: listener) else {
      Issue.record("nobody came")
      return
    }
    #expect(try accepted.peerCredentials() == us)
  }

  /// Each way in which a path may be taken, and whether a new listener gets it.
  @Test func abandonedSocketIsReplaced() throws {
    let path = directory.file("s")
    do { _ = try UnixSocket.listen(at: path).rawValue }
    #expect(UnixSocket.isSocket(path) && !UnixSocket.isServed(path))
    let listener = try UnixSocket.listen(at: path)
    #expect(UnixSocket.isServed(path) && listener.rawValue >= 0)
  }

  @Test func servedSocketIsNotReplaced() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(at: path)
    #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen(at: path).rawValue }
    let client = try UnixSocket.connect(to: path)
    #expect(client.rawValue >= 0 && listener.rawValue >= 0)
  }

  /// A server that is too busy to take clients is alive all the same.
  @Test func fullQueueIsNotReplaced() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(at: path, backlog: 0)
    var waiting: [Int32] = []
    while let client = try? UnixSocket.connect(to: path) { waiting.append(client.release()) }
    #expect(throws: Errno.again) { _ = try UnixSocket.connect(to: path).rawValue }
    #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen(at: path).rawValue }
    #expect(UnixSocket.isServed(path))
    for number in waiting { close(number) }
    #expect(listener.rawValue >= 0)
  }

  @Test func ordinaryFileIsNotReplaced() throws {
    let path = directory.file("f")
    try ProcessFacts.write("precious", to: path)
    #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen(at: path).rawValue }
    #expect(throws: Errno.notASocket) { _ = try UnixSocket.connect(to: path).rawValue }
    #expect(ProcessFacts.read(path) == "precious")
  }

  @Test func shutDownRefusesNewClients() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(at: path)
    listener.shutDown()
    #expect(throws: Errno.connectionRefused) { _ = try UnixSocket.connect(to: path).rawValue }
    let next = try UnixSocket.listen(at: path)
    #expect(UnixSocket.isServed(path) && next.rawValue >= 0)
  }
}
