import CRISystem
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProcessWatchTests {
  @Test func `the end of a killed process is noticed within 100 ms`() async throws {
    let process = try SpawnedProcess(["/bin/sleep", "60"])
    let watch = try ProcessWatch(process.pid, startTime: Kernel.startTime(of: process.pid))
    async let ended = (watch.wait(), ContinuousClock.now)
    await pause(.milliseconds(200))
    let start = ContinuousClock.now
    process.signal(SIGKILL)
    let (hasEnded, time) = await ended
    #expect(hasEnded && time - start < .milliseconds(100), "\(time - start)")
    _ = await process.end()
  }

  @Test func `the end of a process that exits by itself is noticed`() async throws {
    let process = try SpawnedProcess(["/bin/sleep", "0.5"])
    #expect(await (try ProcessWatch(process.pid)).wait())
    #expect(await process.end().code == 0)
  }

  @Test func `a process that has ended, or another one with the same ID, cannot be watched`() async throws {
    let process = try SpawnedProcess(["/bin/sleep", "60"])
    #expect(throws: Errno.noSuchProcess) { try ProcessWatch(process.pid, startTime: 1) }
    process.signal(SIGKILL)
    _ = await process.end()
    #expect(throws: Errno.noSuchProcess) { try ProcessWatch(process.pid) }
    #expect(throws: Errno.noSuchProcess) { try ProcessWatch(0) }
  }

  @Test func `a cancelled task stops waiting`() async throws {
    let watch = try ProcessWatch(getpid())
    let task = Task { await watch.wait() }
    await pause(.milliseconds(50))
    task.cancel()
    #expect(await task.value == false)
  }
}

@Suite struct ServiceManagerTests {
  /// Receives datagrams at a path, or at an abstract name that begins with `@`.
  private func receive(_ send: (String) -> Void) throws -> [String] {
    let directory = try TemporaryDirectory()
    let path = directory.file("notify")
    let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    defer { close(receiver) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
    send(path)
    var texts: [String] = []
    var bytes = [UInt8](repeating: 0, count: 1000)
    while true {
      let count = recv(receiver, &bytes, bytes.count, 0)
      guard count > 0 else { return texts }
      texts.append(String(decoding: bytes[..<count], as: UTF8.self))
    }
  }

  @Test func `messages have the form of sd_notify`() throws {
    let texts = try receive { path in
      let manager = ServiceManager { $0 == "NOTIFY_SOCKET" ? path : nil }
      manager.ready("waiting\nfor a runtime")
      manager.keepAlive()
      manager.status("watching")
      manager.stopping()
    }
    #expect(texts == ["READY=1\nSTATUS=waiting for a runtime", "WATCHDOG=1", "STATUS=watching", "STOPPING=1"])
  }

  @Test func `nothing is sent without a service manager, and nothing fails if it is gone`() {
    ServiceManager { _ in nil }.keepAlive()
    ServiceManager { $0 == "NOTIFY_SOCKET" ? "/nonexistent/notify" : nil }.keepAlive()
    ServiceManager { $0 == "NOTIFY_SOCKET" ? "@cri-test-nonexistent" : nil }.keepAlive()
  }

  @Test func `the watchdog is that of this process`() {
    func watchdog(_ values: [String: String]) -> Duration? { ServiceManager { values[$0] }.watchdog }
    #expect(watchdog(["WATCHDOG_USEC": "3000000"]) == .seconds(3))
    #expect(watchdog(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(3))
    #expect(watchdog(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"]) == nil)
    #expect(watchdog(["WATCHDOG_USEC": "x"]) == nil && watchdog([:]) == nil)
  }
}
