import CRISystem
import Glibc
import TestSupport
import Testing

struct UnixSocketTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Returns a path of `length` bytes in the test's directory.
  private func path(ofLength length: Int) -> String {
    directory.file(String(repeating: "x", count: length - directory.path.utf8.count - 1))
  }

  @Test func `a path of the maximum length is accepted`() throws {
    let path = path(ofLength: UnixSocket.maximumPathLength)
    let listener = try UnixSocket.listen(at: path)
    let client = try UnixSocket.connect(to: path)
    #expect(try UnixSocket.accept(on: listener) != nil)
    #expect(client.rawValue >= 0)
  }

  @Test func `a path that is too long, empty or contains NUL is an error`() {
    let tooLong = path(ofLength: UnixSocket.maximumPathLength + 1)
    for (path, errno) in [(tooLong, Errno.nameTooLong), ("", .noSuchFile), ("a\0b", .noSuchFile)] {
      #expect(throws: errno) { _ = try UnixSocket.connect(to: path).rawValue }
      #expect(throws: errno) { _ = try UnixSocket.listen(at: path).rawValue }
    }
  }

  @Test func `a name in the abstract namespace is exact, and independent of the file system`() throws {
    let name = directory.file("abstract")
    #expect(throws: Errno.connectionRefused) { _ = try UnixSocket.connect(toAbstract: name).rawValue }
    let listener = try UnixSocket.listen(atAbstract: name)
    #expect(try UnixSocket.connect(toAbstract: name).rawValue >= 0)
    #expect(try UnixSocket.accept(on: listener) != nil)
    #expect(throws: Errno.connectionRefused) { _ = try UnixSocket.connect(toAbstract: name + "x").rawValue }
    #expect(!UnixSocket.isSocket(name))
    #expect(throws: Errno.nameTooLong) {
      _ = try UnixSocket.connect(toAbstract: String(repeating: "x", count: 108)).rawValue
    }
  }

  @Test func `the length of a path is counted in bytes`() throws {
    let path = directory.file(String(repeating: "é", count: 60))
    #expect(throws: Errno.nameTooLong) { _ = try UnixSocket.listen(at: path).rawValue }
    let short = directory.file("é🐳")
    let listener = try UnixSocket.listen(at: short)
    #expect(UnixSocket.isSocket(short) && listener.rawValue >= 0)
  }

  @Test func `accept returns nil if no connection is waiting`() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    #expect(try UnixSocket.accept(on: listener) == nil)
  }

  @Test func `sockets are non-blocking and closed on exec`() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    let client = try UnixSocket.connect(to: directory.file("s"))
    guard let accepted = try UnixSocket.accept(on: listener) else {
      Issue.record("no connection is waiting")
      return
    }
    for number in [client.rawValue, accepted.rawValue] {
      #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
      #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
    }
  }

  @Test func `each end has the credentials of the other`() throws {
    let listener = try UnixSocket.listen(at: directory.file("s"))
    let client = try UnixSocket.connect(to: directory.file("s"))
    let expected = PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid())
    #expect(try client.peerCredentials() == expected)
    guard let accepted = try UnixSocket.accept(on: listener) else {
      Issue.record("no connection is waiting")
      return
    }
    #expect(try accepted.peerCredentials() == expected)
  }

  @Test func `a socket without a listener is replaced`() throws {
    let path = directory.file("s")
    do { _ = try UnixSocket.listen(at: path).rawValue }
    #expect(UnixSocket.isSocket(path) && !UnixSocket.isServed(path))
    let listener = try UnixSocket.listen(at: path)
    #expect(UnixSocket.isServed(path) && listener.rawValue >= 0)
  }

  @Test func `a socket with a listener is not replaced`() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(at: path)
    #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen(at: path).rawValue }
    let client = try UnixSocket.connect(to: path)
    #expect(client.rawValue >= 0 && listener.rawValue >= 0)
  }

  @Test func `a socket whose queue is full is not replaced`() throws {
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

  @Test func `a regular file is not replaced`() throws {
    let path = directory.file("f")
    try TestFile.write("precious", to: path)
    #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen(at: path).rawValue }
    #expect(throws: Errno.notASocket) { _ = try UnixSocket.connect(to: path).rawValue }
    #expect(TestFile.read(path) == "precious")
  }

  @Test func `a listener that was shut down refuses connections and can be replaced`() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(at: path)
    listener.shutDown()
    #expect(throws: Errno.connectionRefused) { _ = try UnixSocket.connect(to: path).rawValue }
    let next = try UnixSocket.listen(at: path)
    #expect(UnixSocket.isServed(path) && next.rawValue >= 0)
  }
}
