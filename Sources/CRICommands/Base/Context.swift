package import CRI
package import CRICommandLine
internal import CRISystem

/// What a command needs to reach the runtime: options, environment and configuration, in this order of precedence.
package struct Context: Sendable {
  private static let queryTimeout = Duration.seconds(2)
  private static let snapshotTimeout = Duration.seconds(30)

  package let endpoint: Endpoint
  package let imageEndpoint: Endpoint?
  private let timeout: Duration?
  private let api: APISelection
  package let isDebug: Bool
  /// Whether `create` fetches the image before, by the configuration.
  package let pullsOnCreate: Bool
  /// Whether `run` does.
  package let pullsOnRun: Bool

  /// Of the running command.
  /// - Parameter waiting: how long somebody may take to listen on one of the usual sockets; nil: now or never.
  /// - Parameter asksImagesOnly: the image service's socket is enough, where one was named.
  package init(waiting: Duration? = nil, asksImagesOnly: Bool = false) throws {
    try self.init(
      Globals.current, waiting: waiting, asksImagesOnly: asksImagesOnly, environment: Environment.value)
  }

  package init(
    _ globals: Globals, waiting: Duration? = nil, asksImagesOnly: Bool = false, environment: (String) -> String?
  ) throws {
    // A warning that cannot be written is not a reason to end.
    let warn = { (words: String) throws in _ = try? StandardStream.error.write("cri: \(words)\n") }
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
          // Another runtime than was meant would be asked.
          guard source == "--runtime-endpoint" else { continue }
          throw Failure(.usage, "\(source) is empty: name a socket, or leave it away")
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
      if retries != 0 { _ = Endpoint.listening(among: [endpoint], within: Self.patience(retries: retries)) }
      if isDebug { try warn("using \(endpoint) from \(chosen.from)") }
    } else {
      let found = Endpoint.listening(within: waiting ?? .zero)
      guard let first = found.first else {
        throw Failure(
          .unreachable,
          "no runtime listens on any of the usual sockets ("
            + Endpoint.wellKnown.map(\.path).joined(separator: ", ")
            + "); start it, or name its socket with --runtime-endpoint")
      }
      endpoint = first
      if isDebug || found.count > 1 {
        let others = found.dropFirst().map { "\($0)" }.joined(separator: ", ")
        try warn(
          "using \(first)" + (others.isEmpty ? "" : "; also there: \(others); choose with --runtime-endpoint")
        )
      }
    }
  }

  /// As long as crictl waits in all, which tries again after half a second and then twice as late each time, five seconds
  /// at most. Who begins to listen meanwhile is noticed at once.
  static func patience(retries: Int) -> Duration {
    if retries < 0 { return .seconds(1 << 40) }
    let steps = (0..<min(retries, 4)).reduce(Duration.zero) { sum, step in sum + .milliseconds(500 << step) }
    return steps + .seconds(5) * max(0, min(retries, 1 << 20) - 4)
  }

  /// For commands that ask a little.
  package func client() -> Client { client(timeout ?? Self.queryTimeout) }

  /// How long one answer may take for such commands.
  package var answerTimeout: Duration { timeout ?? Self.queryTimeout }

  /// For what may take as long as it takes while the runtime responds, such as an image's way from its registry.
  package func unhurriedClient() -> Client { client(nil) }

  /// For commands that ask for everything at once, so that each answer may take its turn.
  package func patientClient() -> Client { client(patience) }

  /// How long one of many answers may take, and what is done to pods and containers.
  package var patience: Duration { timeout ?? Self.snapshotTimeout }

  /// For who must not wait.
  package func client(within timeout: Duration) -> Client { client(timeout) }

  private func client(_ timeout: Duration?) -> Client {
    var options = Client.Options(api: api, timeout: timeout)
    // Once the runtime has shown that it lives, a busy node may make it pause for longer than a short --timeout.
    options.keepAlive = KeepAlive(first: patience, later: max(patience, .seconds(10)), interval: .seconds(5))
    if isDebug {
      options.observer = { try? StandardStream.error.write(Failure(.done, Self.words($0)).line) }
    }
    return Client(endpoint, imageEndpoint: imageEndpoint, options: options)
  }

  /// Nothing that was sent or answered: there may be passwords in it.
  private static func words(_ call: CallReport) -> String {
    let method = call.method.drop { $0 == "/" }
    guard let duration = call.duration else { return "\(method): a stream is opened" }
    let outcome = call.size.map { "\($0) bytes" } ?? call.error?.statusCode.map { "\($0)" } ?? "no answer"
    let (seconds, attoseconds) = duration.components
    return "\(method): \(outcome) after \(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) µs"
  }

  package var selection: APISelection { api }
}
