import CRI
import CRISimulator
import CRISystem
import Glibc
import TestSupport
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("unix:///run/containerd/containerd.sock", "/run/containerd/containerd.sock"),
    ("/run/crio/crio.sock", "/run/crio/crio.sock"),
    ("unix:/run/a.sock", "/run/a.sock"),
  ])
  func `names a socket`(_ text: String, _ path: String) throws {
    #expect(try Endpoint(text).path == path)
    #expect("\(try Endpoint(text))" == "unix://\(path)")
  }

  @Test(arguments: [
    ("tcp://127.0.0.1:1", EndpointError.Reason.scheme("tcp")), ("http://x", .scheme("http")), ("", .empty),
    ("unix://", .empty), ("run/a.sock", .relative), ("/" + String(repeating: "a", count: 107), .tooLong),
  ])
  func `refuses what is none, and says why`(_ text: String, _ reason: EndpointError.Reason) {
    #expect {
      try Endpoint(text)
    } throws: {
      ($0 as? EndpointError)?.reason == reason
    }
  }

  @Test func `the longest path that a socket can have is taken`() throws {
    _ = try Endpoint("/" + String(repeating: "a", count: 106))
  }

  @Test func `finds who listens, each socket once, dead ones not`() throws {
    let folder = try TemporaryDirectory()
    let runtime = try SimulatedRuntime()
    try runtime.start(at: folder.file("a.sock"))
    defer { runtime.stop() }
    let dead = try SimulatedRuntime()
    try dead.start(at: folder.file("dead.sock"))
    dead.crash()
    let link = try TemporaryDirectory()
    #expect(symbolicLink(from: link.file("b.sock"), to: folder.file("a.sock")))
    let candidates = try ["missing.sock", "dead.sock", "a.sock"].map { try Endpoint(folder.file($0)) }
    let found = Endpoint.listening(among: candidates + [try Endpoint(link.file("b.sock"))])
    #expect(found == [try Endpoint(folder.file("a.sock"))])
  }

  /// The clock would not notice it within the test.
  @Test(.timeLimit(.minutes(2)), arguments: ["a.sock", "new/folder/a.sock"])
  func `waits until one of them is listened on`(name: String) async throws {
    let folder = try TemporaryDirectory()
    let candidates = try ["missing.sock", "nowhere/a.sock", name].map { try Endpoint(folder.file($0)) }
    async let found = onThread {
      Endpoint.listening(among: candidates, within: .seconds(36_000), patrolInterval: .seconds(36_000))
    }
    try await Task.sleep(for: .milliseconds(100))
    if name.hasPrefix("new/") {
      #expect(mkdir(folder.file("new"), 0o755) == 0 && mkdir(folder.file("new/folder"), 0o755) == 0)
    }
    let runtime = try SimulatedRuntime()
    try runtime.start(at: folder.file(name))
    defer { runtime.stop() }
    #expect(await found == [candidates[2]])
  }

  @Test func `waits no longer than it may`() throws {
    let folder = try TemporaryDirectory()
    let missing = try Endpoint(folder.file("a.sock"))
    #expect(Endpoint.listening(among: [missing], within: .milliseconds(10), patrolInterval: .seconds(36_000)) == [])
    // A socket that was left behind.
    let dead = try SimulatedRuntime()
    try dead.start(at: missing.path)
    dead.crash()
    #expect(Endpoint.listening(among: [missing], within: .milliseconds(10), patrolInterval: .seconds(36_000)) == [])
  }

  @Test func `tries the runtimes of the field in the order of their likelihood`() {
    let paths = Endpoint.wellKnown.map(\.path)
    #expect(paths.first == "/run/containerd/containerd.sock")
    #expect(paths[1] == "/run/crio/crio.sock")
    for part in ["k3s", "k0s", "microk8s", "cri-dockerd"] { #expect(paths.contains { $0.contains(part) }) }
  }
}
