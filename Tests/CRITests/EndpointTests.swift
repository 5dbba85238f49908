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
  func `an endpoint is parsed into the path of its socket`(_ text: String, _ path: String) throws {
    #expect(try Endpoint(text).path == path)
    #expect("\(try Endpoint(text))" == "unix://\(path)")
  }

  @Test(arguments: [
    ("tcp://127.0.0.1:1", EndpointError.Reason.scheme("tcp")), ("http://x", .scheme("http")), ("", .empty),
    ("unix://", .empty), ("run/a.sock", .relative), ("/" + String(repeating: "a", count: 107), .tooLong),
  ])
  func `an invalid endpoint is refused with a reason`(_ text: String, _ reason: EndpointError.Reason) {
    #expect {
      try Endpoint(text)
    } throws: {
      ($0 as? EndpointError)?.reason == reason
    }
  }

  @Test func `the longest possible path is accepted`() throws {
    _ = try Endpoint("/" + String(repeating: "a", count: 106))
  }

  @Test func `discovery finds each listening socket once, and no stale ones`() throws {
    let directory = try TemporaryDirectory()
    let runtime = try SimulatedRuntime()
    try runtime.start(at: directory.file("a.sock"))
    defer { runtime.stop() }
    let dead = try SimulatedRuntime()
    try dead.start(at: directory.file("dead.sock"))
    dead.crash()
    let link = try TemporaryDirectory()
    #expect(symbolicLink(from: link.file("b.sock"), to: directory.file("a.sock")))
    let candidates = try ["missing.sock", "dead.sock", "a.sock"].map { try Endpoint(directory.file($0)) }
    let found = Endpoint.listening(among: candidates + [try Endpoint(link.file("b.sock"))])
    #expect(found == [try Endpoint(directory.file("a.sock"))])
  }

  /// The interval for periodic checks is longer than the test, so only the kernel's notification can end the wait.
  @Test(.timeLimit(.minutes(2)), arguments: ["a.sock", "new/directory/a.sock"])
  func `discovery waits until a process listens on one of the candidates`(name: String) async throws {
    let directory = try TemporaryDirectory()
    let candidates = try ["missing.sock", "nowhere/a.sock", name].map { try Endpoint(directory.file($0)) }
    async let found = onThread {
      Endpoint.listening(among: candidates, within: .seconds(36_000), pollInterval: .seconds(36_000))
    }
    try await Task.sleep(for: .milliseconds(100))
    if name.hasPrefix("new/") {
      #expect(mkdir(directory.file("new"), 0o755) == 0 && mkdir(directory.file("new/directory"), 0o755) == 0)
    }
    let runtime = try SimulatedRuntime()
    try runtime.start(at: directory.file(name))
    defer { runtime.stop() }
    #expect(await found == [candidates[2]])
  }

  @Test func `discovery ends after its timeout`() throws {
    let directory = try TemporaryDirectory()
    let missing = try Endpoint(directory.file("a.sock"))
    #expect(Endpoint.listening(among: [missing], within: .milliseconds(10), pollInterval: .seconds(36_000)) == [])
    // The socket file is stale.
    let dead = try SimulatedRuntime()
    try dead.start(at: missing.path)
    dead.crash()
    #expect(Endpoint.listening(among: [missing], within: .milliseconds(10), pollInterval: .seconds(36_000)) == [])
  }

  @Test func `discovery tries the most common runtimes first`() {
    let paths = Endpoint.wellKnown.map(\.path)
    #expect(paths.first == "/run/containerd/containerd.sock")
    #expect(paths[1] == "/run/crio/crio.sock")
    for part in ["k3s", "k0s", "microk8s", "cri-dockerd"] { #expect(paths.contains { $0.contains(part) }) }
  }
}
