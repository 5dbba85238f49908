internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// Maps each method of the CRI to the function of the node that handles it.
struct MethodTable: Sendable {
  enum Handler: Sendable {
    /// Handlers that do not change the node.
    case reads(@Sendable (SimulatedNode, [UInt8], APIVersion) throws -> [[UInt8]])
    /// Handlers that can change the node.
    case writes(@Sendable (inout SimulatedNode, [UInt8]) throws -> [[UInt8]])
    /// Handlers that stream events.
    case events
    /// Handlers that return the URL of a session.
    case opensSession(@Sendable (SimulatedNode, SimulatedSessions, [UInt8]) throws -> [[UInt8]])
    /// Handlers that run a command, which may take time.
    case runsCommand
  }

  /// The handlers by service and method, such as `RuntimeService/Version`.
  private(set) var handlers: [String: Handler] = [:]

  /// The number of items in one message of a streamed list.
  static let chunk = 250

  init() {
    reads(.version) { $0.version($1, $2) }
    reads(.status) { node, request, _ in node.status(request) }
    reads(.runtimeConfig) { node, request, _ in node.runtimeConfig(request) }

    reads(.listPodSandbox) { node, request, _ in
      ListPodSandboxResponse(items: node.listSandboxes(request.filter))
    }
    streams(.streamPodSandboxes) {
      $0.listSandboxes($1.filter)
    } as: {
      StreamPodSandboxesResponse(podSandboxes: $0)
    }
    reads(.podSandboxStatus) { node, request, _ in try node.sandboxStatus(request) }
    writes(.runPodSandbox) { try $0.runSandbox($1) }
    writes(.stopPodSandbox) { try $0.stopSandbox($1) }
    writes(.removePodSandbox) { try $0.removeSandbox($1) }

    reads(.listContainers) { node, request, _ in
      ListContainersResponse(containers: node.listContainers(request.filter))
    }
    streams(.streamContainers) {
      $0.listContainers($1.filter)
    } as: {
      StreamContainersResponse(containers: $0)
    }
    reads(.containerStatus) { node, request, _ in try node.containerStatus(request) }
    writes(.createContainer) { try $0.createContainer($1) }
    writes(.startContainer) { try $0.startContainer($1) }
    writes(.stopContainer) { try $0.stopContainer($1) }
    writes(.removeContainer) { try $0.removeContainer($1) }
    writes(.updateContainerResources) { node, request in try node.updateResources(request)
    }

    reads(.containerStats) { node, request, _ in try node.containerStats(request) }
    reads(.listContainerStats) { node, request, _ in
      ListContainerStatsResponse(stats: node.listContainerStats(request.filter))
    }
    streams(.streamContainerStats) {
      $0.listContainerStats($1.filter)
    } as: {
      StreamContainerStatsResponse(containerStats: $0)
    }
    reads(.podSandboxStats) { node, request, _ in try node.sandboxStats(request) }
    reads(.listPodSandboxStats) { node, request, _ in
      ListPodSandboxStatsResponse(stats: node.listSandboxStats(request.filter))
    }
    streams(.streamPodSandboxStats) {
      $0.listSandboxStats($1.filter)
    } as: {
      StreamPodSandboxStatsResponse(podSandboxStats: $0)
    }
    handlers["RuntimeService/\(Method<GetEventsRequest, ContainerEventResponse>.getContainerEvents.name)"] =
      .events

    handlers["RuntimeService/\(Method<ExecSyncRequest, ExecSyncResponse>.execSync.name)"] = .runsCommand
    opensSession(.exec) { node, sessions, request in
      try sessions.exec(request, try node.runningContainer(request.containerID))
    }
    opensSession(.attach) { node, sessions, request in
      try sessions.attach(request, try node.container(try node.runningContainer(request.containerID)))
    }
    opensSession(.portForward) { node, sessions, request in
      _ = try node.sandbox(request.podSandboxID)
      return try sessions.portForward(request)
    }

    reads(.listImages) { node, request, _ in ListImagesResponse(images: node.listImages(request.filter)) }
    streams(.streamImages) {
      $0.listImages($1.filter)
    } as: {
      StreamImagesResponse(images: $0)
    }
    reads(.imageStatus) { node, request, _ in try node.imageStatus(request) }
    writes(.pullImage) { try $0.pullImage($1) }
    writes(.removeImage) { try $0.removeImage($1) }
    reads(.imageFsInfo) { node, request, _ in node.imageFsInfo(request) }
  }

  // MARK: Building the table

  private mutating func reads<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>,
    _ response: @escaping @Sendable (SimulatedNode, Request, APIVersion) throws -> Response
  ) {
    handlers["\(method.service.rawValue)/\(method.name)"] = .reads { node, bytes, api in
      [try response(node, try Self.decode(bytes), api).encode()]
    }
  }

  private mutating func writes<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>,
    _ response: @escaping @Sendable (inout SimulatedNode, Request) throws -> Response
  ) {
    handlers["\(method.service.rawValue)/\(method.name)"] = .writes { node, bytes in
      [try response(&node, try Self.decode(bytes)).encode()]
    }
  }

  private mutating func opensSession<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>,
    _ respond: @escaping @Sendable (SimulatedNode, SimulatedSessions, Request) throws -> Response
  ) {
    handlers["\(method.service.rawValue)/\(method.name)"] = .opensSession { node, sessions, bytes in
      [try respond(node, sessions, try Self.decode(bytes)).encode()]
    }
  }

  private mutating func streams<Request: CMessage, Response: CMessage, Item>(
    _ method: Method<Request, Response>, _ items: @escaping @Sendable (SimulatedNode, Request) -> [Item],
    as message: @escaping @Sendable ([Item]) -> Response
  ) {
    handlers["\(method.service.rawValue)/\(method.name)"] = .reads { node, bytes, _ in
      let items = items(node, try Self.decode(bytes))
      return stride(from: 0, to: items.count, by: Self.chunk).map {
        message(Array(items[$0..<min($0 + Self.chunk, items.count)])).encode()
      }
    }
  }

  static func decode<M: CMessage>(_ bytes: [UInt8]) throws -> M {
    do {
      return try M.decode(bytes)
    } catch {
      throw CallFailure(.internal, "grpc: error unmarshalling request: \(error)")
    }
  }
}
