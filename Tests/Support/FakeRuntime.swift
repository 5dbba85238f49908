package import CRIGRPC
package import CRIMessages
import CRISystem

/// Serves a recording in this process, and counts calls and connections. A test can intercept any call.
package final class FakeRuntime: Sendable {
  package struct Counts: Sendable {
    /// The number of calls, by the method's name.
    package var calls: [String: Int] = [:]
    package var inFlight = 0
    package var maximumInFlight = 0
    /// The largest number of connections that were open at the same time.
    package var peakConnections = 0
  }

  package let path: String
  private let server: Server
  private let state: Locked<Counts>

  /// - Parameter intercept: Responds to a call and returns true, or returns false to use the recording.
  package init(
    _ recording: Recording, at path: String, versions: Set<APIVersion> = [.v1],
    intercept: @escaping @Sendable (ServerCall, _ method: String) async -> Bool = { _, _ in false }
  ) throws {
    let replies = Dictionary(
      recording.calls.map { (Key($0.method, $0.request), $0) }, uniquingKeysWith: { first, _ in first })
    let state = Locked(Counts())
    (self.path, self.state) = (path, state)
    server = try Server(at: path) { call in
      let key = Key(call.method, call.message)
      let connections = Self.connections(to: path)
      state.withLock { counts in
        counts.calls[key.method, default: 0] += 1
        counts.inFlight += 1
        counts.maximumInFlight = max(counts.maximumInFlight, counts.inFlight)
        counts.peakConnections = max(counts.peakConnections, connections)
      }
      defer { state.withLock { $0.inFlight -= 1 } }
      guard versions.contains(where: { call.method.hasPrefix("/runtime.\($0).") }) else {
        let service = call.method.split(separator: "/").first ?? ""
        return call.finish(.unimplemented, "unknown service \(service)")
      }
      if await intercept(call, key.method) { return }
      guard let reply = replies[key] else { return call.finish(.notFound, "not recorded") }
      if reply.hasSucceeded { call.send(reply.response) }
      call.finish(reply.code, reply.message)
    }
  }

  deinit { server.stop() }

  package func stop() { server.stop() }

  package var counts: Counts { state.withLock { $0 } }

  private struct Key: Hashable {
    let method: String
    let request: [UInt8]

    init(_ path: String, _ request: [UInt8]) {
      method = String(path.split(separator: "/").last ?? "")
      self.request = request
    }
  }

  /// Returns the number of established connections to a path, as the kernel reports them (state 3: connected).
  private static func connections(to path: String) -> Int {
    guard let table = try? File.read("/proc/net/unix") else { return 0 }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").count { line in
      let fields = line.split(separator: " ")
      return fields.count == 8 && fields[7] == path && fields[5] == "03"
    }
  }
}
