package import CRI
package import CRICommandLine
internal import CRISystem

/// What a command needs to reach the runtime: options, environment and configuration, in this order of precedence.
package struct Context: Sendable {
  private static let queryTimeout = Duration.seconds(2)
  private static let snapshotTimeout = Duration.seconds(30)
  package static let defaultExaminationTimeout = Duration.seconds(5)
  private static let probeTimeout = Duration.seconds(10)

  package let endpoint: Endpoint
  package let imageEndpoint: Endpoint?
  private let timeout: Duration?
  private let api: APISelection
  package let isDebug: Bool
  /// Whether the configuration says that `create` pulls the image first.
  package let pullsOnCreate: Bool
  /// Whether `run` pulls the image first.
  package let pullsOnRun: Bool

  /// The context of the running command.
  /// - Parameter waiting: The maximum time to wait until a runtime listens on one of the usual sockets; nil not to
  ///   wait.
  /// - Parameter asksImagesOnly: Whether the socket of the image service is enough, if one is specified.
  package init(waiting: Duration? = nil, asksImagesOnly: Bool = false) throws {
    try self.init(
      Globals.current, waiting: waiting, asksImagesOnly: asksImagesOnly, environment: Environment.value)
  }

  package init(
    _ globals: Globals, waiting: Duration? = nil, asksImagesOnly: Bool = false, environment: (String) -> String?
  ) throws {
    // Failing to write a warning must not end the command.
    let warn = { (text: String) throws in _ = try? StandardStream.error.write(Failure(.done, text).line) }
    let configuration = try Configuration.load(
      named: globals.config ?? environment("CRI_CONFIG_FILE"), warn: warn)
    isDebug = globals.isDebug ?? configuration.isDebug ?? false
    pullsOnCreate = configuration.pullsOnCreate ?? false
    pullsOnRun = !(configuration.isPullOnRunDisabled ?? false)
    // A duration that is not positive stands for the default, as in crictl.
    timeout = (globals.timeout ?? configuration.timeout).flatMap { $0 > .zero ? $0 : nil }
    api = globals.api ?? .auto
    func choose(_ flag: String?, _ option: String, _ variable: String, _ file: String?) throws -> (
      Endpoint, from: String
    )? {
      for (text, source) in [(flag, option), (environment(variable), variable), (file, "the configuration")] {
        guard let text else { continue }
        if text.isEmpty {
          // Without a check, the command would call a runtime other than the one that the user intended.
          guard source == "--runtime-endpoint" else { continue }
          throw Failure(.usage, "\(source) is empty; specify a socket, or omit the option")
        }
        do throws(EndpointError) {
          return (try Endpoint(text), source)
        } catch {
          throw Failure(.usage, "\(source): \(error)")
        }
      }
      return nil
    }
    let image = try choose(
      globals.imageEndpoint, "--image-endpoint", "IMAGE_SERVICE_ENDPOINT", configuration.imageEndpoint)
    if asksImagesOnly, let image {
      (endpoint, imageEndpoint) = (image.0, nil)
      if isDebug { try warn("using \(endpoint) from \(image.from)") }
      return
    }
    imageEndpoint = image?.0
    if let chosen = try choose(
      globals.runtimeEndpoint, "--runtime-endpoint", "CONTAINER_RUNTIME_ENDPOINT",
      configuration.runtimeEndpoint)
    {
      endpoint = chosen.0
      let retries = globals.maxRetries ?? configuration.maxRetries ?? 0
      if retries != 0 { _ = Endpoint.listening(among: [endpoint], within: Self.connectTimeout(retries: retries)) }
      if isDebug { try warn("using \(endpoint) from \(chosen.from)") }
    } else {
      let found = Endpoint.listening(within: waiting ?? .zero)
      guard let first = found.first else {
        throw Failure(
          .unreachable,
          "no runtime listens on any of the usual sockets ("
            + Endpoint.wellKnown.map(\.path).joined(separator: ", ")
            + "); start a runtime, or specify its socket with --runtime-endpoint")
      }
      endpoint = first
      if isDebug || found.count > 1 {
        let others = found.dropFirst().map { "\($0)" }.joined(separator: ", ")
        try warn(
          "using \(first)" + (others.isEmpty ? "" : "; others listen on \(others); choose with --runtime-endpoint")
        )
      }
    }
  }

  /// The total time of crictl's retries: it waits half a second before the first one, twice as long before each further
  /// one, and at most five seconds. Unlike crictl, `cri` notices immediately when a runtime begins to listen.
  static func connectTimeout(retries: Int) -> Duration {
    if retries < 0 { return .seconds(1 << 40) }
    let steps = (0..<min(retries, 4)).reduce(Duration.zero) { sum, step in sum + .milliseconds(500 << step) }
    return steps + .seconds(5) * max(0, min(retries, 1 << 20) - 4)
  }

  /// A client for commands that make a few calls.
  package func client() -> Client { client(timeout ?? Self.queryTimeout) }

  /// The timeout of one call in a command that makes a few calls.
  package var callTimeout: Duration { timeout ?? Self.queryTimeout }

  /// A client for calls that may take any amount of time while the runtime responds, such as an image pull.
  package func clientWithoutTimeout() -> Client { client(nil) }

  /// A client for commands that make many concurrent calls, some of which must wait for the others.
  package func bulkClient() -> Client { client(bulkTimeout) }

  /// The timeout of one of many calls, and of calls that change pods and containers.
  package var bulkTimeout: Duration { timeout ?? Self.snapshotTimeout }

  /// The time in which all calls of an examination must complete, even if some of them hang.
  package var examinationTimeout: Duration { timeout ?? Self.defaultExaminationTimeout }

  /// The timeout of a process that probes a container.
  package var probeTimeout: Duration { timeout ?? Self.probeTimeout }

  /// A client for callers that must not wait long.
  package func client(within timeout: Duration) -> Client { client(timeout) }

  /// A client for a program that runs for a long time.
  /// - Parameter observer: Called when each call completes.
  func client(within timeout: Duration, observer: @escaping @Sendable (CallReport) -> Void) -> Client {
    client(timeout, observer)
  }

  private func client(_ timeout: Duration?, _ observer: (@Sendable (CallReport) -> Void)? = nil) -> Client {
    var options = Client.Options(api: api, timeout: timeout)
    // CRI-O supports streams, and containerd does not. A wrong guess costs one call.
    // `contains` would make the Swift runtime search the conformances of the whole program.
    let path = endpoint.path
    options.listStreaming = path.indices.contains { path[$0...].hasPrefix("crio") } ? .first : .whenTooLong
    // Even after the runtime has responded, a busy node may pause it for longer than a short --timeout.
    options.keepAlive = KeepAlive(first: bulkTimeout, later: max(bulkTimeout, .seconds(10)), interval: .seconds(5))
    options.observer = observer
    if isDebug {
      options.observer = {
        try? StandardStream.error.write(Failure(.done, Self.text($0)).line)
        observer?($0)
      }
    }
    return Client(endpoint, imageEndpoint: imageEndpoint, options: options)
  }

  /// A line about a call. It contains nothing from the messages, because they may contain passwords.
  private static func text(_ call: CallReport) -> String {
    let method = call.method.drop { $0 == "/" }
    guard let duration = call.duration else { return "\(method): stream opened" }
    let outcome = call.size.map { "\($0) bytes" } ?? call.error?.statusCode.map { "\($0)" } ?? "no response"
    let (seconds, attoseconds) = duration.components
    return "\(method): \(outcome) after \(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) µs"
  }

  package var selection: APISelection { api }
}
