internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRINode
internal import CRISystem

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "wait",
    abstract: "Wait until the runtime answers and can be trusted.",
    discussion: """
      Ready means that Version, Status and ListPodSandbox answer on one connection, that RuntimeReady holds, and that this \
      stays so in one process for three looks over two seconds (--stable): a daemon that dies of what it recovers is not ready.
      Exit codes: 0 ready; 2 wrong usage; 3 not ready in time, or never will be.
      """)

  @Flag(name: .customLong("ready"), help: "Until RuntimeReady (the default).")
  var untilReady = false

  @Flag(name: .customLong("network"), help: "Until NetworkReady too: a CNI configuration is loaded.")
  var untilNetwork = false

  @Option(
    name: [.customShort("t"), .long], parsing: .unconditional,
    help: ArgumentHelp("How long at most.", valueName: "duration"))
  var timeout = "120s"

  @Option(
    name: .customLong("stable"), parsing: .unconditional,
    help: ArgumentHelp(
      "How long it must stay ready; 0 takes the first good answer (default: 2s, or half of --timeout where that is less).",
      valueName: "duration"))
  var stability: String?

  @Option(name: [.short, .long], help: "text or json.")
  var output = TextFormat.text

  func run() async throws {
    let patience = try DurationText.parse(timeout, option: "--timeout")
    let stable = try stability.map { (text) throws(Failure) in try DurationText.parse(text, option: "--stable") }
    if let stability, let stable, stable > patience {
      throw Failure(
        .usage, "--stable \(stability): it cannot stay ready for longer than --timeout \(timeout); give it more")
    }
    let start = ContinuousClock.now
    let context = try Context(waiting: patience)
    let wait = ReadinessWait(
      endpoint: context.endpoint, goal: untilNetwork ? .network : .ready, api: context.selection,
      timeout: patience - (ContinuousClock.now - start),
      stability: stable)
    let (after, peer) = try await Waiting.run(wait, context, patience: patience)
    guard output == .json else { return }
    let document: JSON = [
      "kind": "cri-wait", "schema": 1, "endpoint": .string("\(context.endpoint)"),
      "readyAfterSeconds": JSON(Waiting.seconds(after)), "pid": peer.map { JSON($0.pid) } ?? .null,
    ]
    try StandardStream.output.write(document.text(pretty: true) + "\n")
  }
}

/// Waiting as all commands do it: progress for a person, one line when it was in vain.
enum Waiting {
  /// - Parameter patience: how long was asked for, where a part of it had passed already.
  /// - Returns: how long it took to the first good answer, and who gave it.
  static func run(
    _ wait: ReadinessWait, _ context: Context, patience: Duration? = nil
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
      let patience = patience ?? wait.timeout
      let when = patience == .zero ? "is not ready" : "was not ready within \(text(patience))"
      throw Failure(.unreachable, "\(context.endpoint) \(when): \(last.words)")
    case .failed(let error): throw Failure(.unreachable, Failure(error).message)
    }
  }

  /// To the millisecond.
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
