public import CRIGRPC
public import CRIMessages

/// Lists in as many messages as they need where the runtime serves that (`StreamContainers` and the others, since CRI
/// 1.36), and in one otherwise.
///
/// Nobody can ask a runtime which of the two it serves. CRI-O is asked for a stream first, by the name of its socket;
/// containerd has none yet, and a call that only tells so would double the calls of every list. From it, and from any
/// other, a stream is asked for where the list is too long for one message.
extension RuntimeService {
  /// CRI: `StreamPodSandboxes`, or `ListPodSandbox`.
  public func podSandboxes(_ filter: PodSandboxFilter? = nil) async throws(RPCError) -> [PodSandbox] {
    try await caller.list(
      streamPodSandboxes(StreamPodSandboxesRequest(filter: filter), timeout: caller.options.timeout), \.podSandboxes
    ) { () async throws(RPCError) in
      try await listPodSandbox(ListPodSandboxRequest(filter: filter)).items
    }
  }

  /// CRI: `StreamContainers`, or `ListContainers`.
  public func containers(_ filter: ContainerFilter? = nil) async throws(RPCError) -> [Container] {
    try await caller.list(
      streamContainers(StreamContainersRequest(filter: filter), timeout: caller.options.timeout), \.containers
    ) { () async throws(RPCError) in
      try await listContainers(ListContainersRequest(filter: filter)).containers
    }
  }

  /// CRI: `StreamContainerStats`, or `ListContainerStats`.
  public func containerStats(_ filter: ContainerStatsFilter?) async throws(RPCError) -> [ContainerStats] {
    try await caller.list(
      streamContainerStats(StreamContainerStatsRequest(filter: filter), timeout: caller.options.timeout),
      \.containerStats
    ) { () async throws(RPCError) in
      try await listContainerStats(ListContainerStatsRequest(filter: filter)).stats
    }
  }

  /// CRI: `StreamPodSandboxStats`, or `ListPodSandboxStats`.
  public func podSandboxStats(_ filter: PodSandboxStatsFilter?) async throws(RPCError) -> [PodSandboxStats] {
    try await caller.list(
      streamPodSandboxStats(StreamPodSandboxStatsRequest(filter: filter), timeout: caller.options.timeout),
      \.podSandboxStats
    ) { () async throws(RPCError) in
      try await listPodSandboxStats(ListPodSandboxStatsRequest(filter: filter)).stats
    }
  }

  /// CRI: `StreamPodSandboxMetrics`, or `ListPodSandboxMetrics`.
  public func podSandboxMetrics() async throws(RPCError) -> [PodSandboxMetrics] {
    try await caller.list(
      streamPodSandboxMetrics(StreamPodSandboxMetricsRequest(), timeout: caller.options.timeout), \.podSandboxMetrics
    ) { () async throws(RPCError) in
      try await listPodSandboxMetrics(ListPodSandboxMetricsRequest()).podMetrics
    }
  }
}

extension ImageService {
  /// CRI: `StreamImages`, or `ListImages`.
  public func images(_ filter: ImageFilter? = nil) async throws(RPCError) -> [Image] {
    try await caller.list(streamImages(StreamImagesRequest(filter: filter), timeout: caller.options.timeout), \.images)
    {
      () async throws(RPCError) in
      try await listImages(ListImagesRequest(filter: filter)).images
    }
  }
}

extension Caller {
  fileprivate func list<Part, Element: Sendable>(
    _ stream: MessageStream<Part>, _ elements: KeyPath<Part, [Element]>,
    _ unary: () async throws(RPCError) -> [Element]
  ) async throws(RPCError) -> [Element] {
    if streamsLists {
      do throws(RPCError) {
        return try await collect(stream, elements)
      } catch {
        guard error.statusCode == .unimplemented else { throw error }
        streamsLists = false
      }
    }
    do throws(RPCError) {
      return try await unary()
    } catch {
      guard error.isTooLarge else { throw error }
      do throws(RPCError) {
        let all = try await collect(stream, elements)
        streamsLists = true
        return all
      } catch let second {
        // What the list said is the news.
        throw second.statusCode == .unimplemented ? error : second
      }
    }
  }

  private func collect<Part, Element>(
    _ stream: MessageStream<Part>, _ elements: KeyPath<Part, [Element]>
  ) async throws(RPCError) -> [Element] {
    var all: [Element] = []
    var parts = stream.makeAsyncIterator()
    while let part = try await parts.next() { all += part[keyPath: elements] }
    return all
  }
}

extension RPCError {
  /// For us, or for the server, which says RESOURCE_EXHAUSTED.
  fileprivate var isTooLarge: Bool {
    if case .answerTooLarge = self { true } else { statusCode == .resourceExhausted }
  }
}
