internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRINode
internal import CRISystem

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "wait",
    abstract: "Wait until the runtime is ready and stable.",
    discussion: """
      The runtime is ready if Version, Status and ListPodSandbox succeed on one connection and RuntimeReady is true. \
      It is stable if this holds for the same process in three checks over two seconds (--stable), because a daemon \
      may crash while it recovers its state.

      Exit codes: 0 ready; 2 usage error; 3 not ready in time, or unable to become ready.
      """)

  @Flag(name: .customLong("ready"), help: "Wait for RuntimeReady (the default).")
  var untilReady = false

  @Flag(
    name: .customLong("network"), help: "Also wait for NetworkReady, which means that a CNI configuration is loaded.")
  var untilNetwork = false

  @Option(
    name: [.customShort("t"), .long], parsing: .unconditional,
    help: ArgumentHelp("The maximum time to wait.", valueName: "duration"))
  var timeout = "120s"

  @Option(
    name: .customLong("stable"), parsing: .unconditional,
    help: ArgumentHelp(
      "How long the runtime must stay ready (0: accept the first success; default: 2s, or half of --timeout if that is "
        + "less).",
      valueName: "duration"))
  var stability: String?

  @Option(name: [.short, .long], help: "The output format.")
  var output = TextFormat.text

  func run() async throws {
    let timeout = try DurationText.parse(timeout, option: "--timeout")
    let stable = try stability.map { (text) throws(Failure) in try DurationText.parse(text, option: "--stable") }
    if let stability, let stable, stable > timeout {
      throw Failure(
        .usage, "--stable \(stability) is longer than --timeout \(timeout); specify a longer --timeout")
    }
    let start = ContinuousClock.now
    let context = try Context(waiting: timeout)
    let wait = ReadinessWait(
      endpoint: context.endpoint, goal: untilNetwork ? .network : .ready, api: context.selection,
      timeout: timeout - (ContinuousClock.now - start),
      stability: stable)
    let (after, peer) = try await Waiting.run(wait, context, timeout: timeout)
    guard output == .json else { return }
    let document: JSON = [
      "kind": "cri-wait", "schema": 1, "endpoint": .string("\(context.endpoint)"),
      "readyAfterSeconds": JSON(Waiting.seconds(after)), "pid": peer.map { JSON($0.pid) } ?? .null,
    ]
    try StandardStream.output.write(document.text(pretty: true) + "\n")
  }
}

/// Waits for the runtime in the same way for all commands, with progress on a terminal, and one line if the wait fails.
enum Waiting {
  /// - Parameter timeout: The maximum time that was requested, if part of it has already passed.
  /// - Returns: The time until the first success, and the process that responded.
  static func run(
    _ wait: ReadinessWait, _ context: Context, timeout: Duration? = nil
  ) async throws(Failure) -> (after: Duration, peer: PeerCredentials?) {
    let shows = context.isDebug || Environment.errorIsTerminal
    let start = ContinuousClock.now
    let outcome = await wait.run { seen in
      guard shows else { return }
      let line = Failure(
        .done, "\(context.endpoint) after \(text(ContinuousClock.now - start)): \(seen.words)"
      ).line
      try? StandardStream.error.write(line)
    }
    switch outcome {
    case .ready(let after, let peer): return (after, peer)
    case .timedOut(let last):
      let timeout = timeout ?? wait.timeout
      let when = timeout == .zero ? "is not ready" : "was not ready within \(text(timeout))"
      throw Failure(.unreachable, "\(context.endpoint) \(when): \(last.words)")
    case .failed(let error): throw Failure(.unreachable, Failure(error).message)
    }
  }

  /// Seconds, to the millisecond.
  static func seconds(_ duration: Duration) -> Double { Double(milliseconds(duration)) / 1000 }

  static func text(_ duration: Duration) -> String {
    let count = milliseconds(duration)
    return count < 1000
      ? "\(count) ms" : count % 1000 == 0 ? "\(count / 1000) s" : "\(Double(count) / 1000) s"
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
