import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import TestSupport

/// A runtime in this process that serves the given lists and sends the given events to each client.
final class EventRuntime: Sendable {
  struct Content: Sendable {
    var pods: [PodSandbox] = []
    var containers: [Container] = []
    /// The events for each client that requests them.
    var events: [ContainerEventResponse] = []
  }

  let path: String
  private let server: Server
  private let listeners: Locked<Int>

  /// - Parameters:
  ///   - path: The socket's path, if an earlier runtime has already used it.
  ///   - end: The status after the events; nil if the stream does not end.
  init(_ content: Content, at path: String? = nil, end: StatusCode? = nil) throws {
    let path = path ?? "/tmp/cri-events-\(UUID().uuidString.prefix(12)).sock"
    self.path = path
    let listeners = Locked(0)
    self.listeners = listeners
    server = try Server(at: path) { call in
      switch String(call.method.split(separator: "/").last ?? "") {
      case "Version": call.send(VersionResponse(version: "0.1.0", runtimeName: "events").encode())
      case "Status":
        let ready = RuntimeCondition(type: "RuntimeReady", status: true)
        call.send(StatusResponse(status: RuntimeStatus(conditions: [ready])).encode())
      case "ListPodSandbox": call.send(ListPodSandboxResponse(items: content.pods).encode())
      case "ListContainers": call.send(ListContainersResponse(containers: content.containers).encode())
      case "GetContainerEvents":
        for event in content.events { call.send(event.encode()) }
        listeners.withLock { $0 += 1 }
        if let end { return call.finish(end, "the end") }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
      default: return call.finish(.unimplemented, "unknown method")
      }
      call.finish()
    }
  }

  deinit { stop() }

  func stop() {
    server.stop()
    unlink(path)
  }

  /// The number of times that events were requested.
  var listenerCount: Int { listeners.withLock { $0 } }
}
