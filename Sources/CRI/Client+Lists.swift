public import CRIGRPC
public import CRIMessages

/// Lists of any length. They are requested as a stream of several messages if the runtime supports that
/// (`StreamContainers` and others, since Kubernetes 1.36), and as one message otherwise.
///
/// `Client.Options.listStreaming` determines whether and when streaming is used.
extension RuntimeService {
  /// Returns all sandboxes, or those that match a filter. CRI: `StreamPodSandboxes` or `ListPodSandbox`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func podSandboxes(
    _ filter: PodSandboxFilter? = nil, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [PodSandbox] {
    try await caller.list(
      streamPodSandboxes(StreamPodSandboxesRequest(filter: filter), options: caller.forWholeStream(options)),
      \.podSandboxes
    ) { () async throws(RPCError) in
      try await listPodSandbox(ListPodSandboxRequest(filter: filter), options: options).items
    }
  }

  /// Returns all containers, or those that match a filter. CRI: `StreamContainers` or `ListContainers`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func containers(
    _ filter: ContainerFilter? = nil, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [Container] {
    try await caller.list(
      streamContainers(StreamContainersRequest(filter: filter), options: caller.forWholeStream(options)), \.containers
    ) { () async throws(RPCError) in
      try await listContainers(ListContainersRequest(filter: filter), options: options).containers
    }
  }

  /// Returns the resource usage of all containers, or of those that match a filter. CRI: `StreamContainerStats` or
  /// `ListContainerStats`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func allContainerStats(
    _ filter: ContainerStatsFilter? = nil, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [ContainerStats] {
    try await caller.list(
      streamContainerStats(StreamContainerStatsRequest(filter: filter), options: caller.forWholeStream(options)),
      \.containerStats
    ) { () async throws(RPCError) in
      try await listContainerStats(ListContainerStatsRequest(filter: filter), options: options).stats
    }
  }

  /// Returns the resource usage of all sandboxes, or of those that match a filter. CRI: `StreamPodSandboxStats` or
  /// `ListPodSandboxStats`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func allPodSandboxStats(
    _ filter: PodSandboxStatsFilter? = nil, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [PodSandboxStats] {
    try await caller.list(
      streamPodSandboxStats(StreamPodSandboxStatsRequest(filter: filter), options: caller.forWholeStream(options)),
      \.podSandboxStats
    ) { () async throws(RPCError) in
      try await listPodSandboxStats(ListPodSandboxStatsRequest(filter: filter), options: options).stats
    }
  }

  /// Returns the metrics of all sandboxes. CRI: `StreamPodSandboxMetrics` or `ListPodSandboxMetrics`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func podSandboxMetrics(options: CallOptions = CallOptions()) async throws(RPCError) -> [PodSandboxMetrics] {
    try await caller.list(
      streamPodSandboxMetrics(StreamPodSandboxMetricsRequest(), options: caller.forWholeStream(options)),
      \.podSandboxMetrics
    ) { () async throws(RPCError) in
      try await listPodSandboxMetrics(ListPodSandboxMetricsRequest(), options: options).podMetrics
    }
  }
}

extension ImageService {
  /// Returns all images, or those that match a filter. CRI: `StreamImages` or `ListImages`.
  /// - Throws: `RPCError`. If the list is too long for one message and the runtime cannot stream it, the error of the
  ///   single-message call is thrown.
  public func images(
    _ filter: ImageFilter? = nil, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [Image] {
    try await caller.list(
      streamImages(StreamImagesRequest(filter: filter), options: caller.forWholeStream(options)), \.images
    ) {
      () async throws(RPCError) in
      try await listImages(ListImagesRequest(filter: filter), options: options).images
    }
  }
}

extension Caller {
  /// The maximum size in bytes of all messages of a streamed list together.
  var maximumStreamSize: Int { min(options.maxMessageSize, .max / 4) * 4 }

  fileprivate func list<Part, Element: Sendable>(
    _ stream: MessageStream<Part>, _ elements: KeyPath<Part, [Element]>,
    _ unary: () async throws(RPCError) -> [Element]
  ) async throws(RPCError) -> [Element] {
    if prefersListStreams {
      do throws(RPCError) {
        return try await collect(stream, elements)
      } catch {
        guard error.statusCode == .unimplemented else { throw error }
        prefersListStreams = false
      }
    }
    do throws(RPCError) {
      return try await unary()
    } catch {
      guard error.isTooLarge, options.listStreaming != .never else { throw error }
      do throws(RPCError) {
        let all = try await collect(stream, elements)
        prefersListStreams = true
        return all
      } catch let second {
        // If the runtime does not stream lists, the error for the single message is the relevant one.
        throw second.statusCode == .unimplemented ? error : second
      }
    }
  }

  /// Options for a stream whose last response is due when the response to a unary call would be.
  fileprivate func forWholeStream(_ options: CallOptions) -> CallOptions {
    guard options.timeout == .default else { return options }
    var options = options
    options.timeout = self.options.timeout.map { .after($0) } ?? .none
    return options
  }

  private func collect<Part, Element>(
    _ stream: MessageStream<Part>, _ elements: KeyPath<Part, [Element]>
  ) async throws(RPCError) -> [Element] {
    var all: [Element] = []
    // An endless list must not exhaust memory, even if each of its messages is valid.
    let budget = self.budget ?? ResponseBudget(totalSize: maximumStreamSize)
    var parts = stream.makeAsyncIterator(budget)
    while let part = try await parts.next() { all += part[keyPath: elements] }
    return all
  }
}

extension RPCError {
  /// Whether the response exceeds the client's limit, or the server's limit, which the server reports as
  /// RESOURCE_EXHAUSTED.
  fileprivate var isTooLarge: Bool {
    if case .responseTooLarge = cause { true } else { statusCode == .resourceExhausted }
  }
}
