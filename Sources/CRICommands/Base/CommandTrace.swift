internal import CRICommandLine
internal import CRIGRPC
internal import CRISystem
internal import CRITracing

/// The trace of the running command, with `--enable-tracing`.
final class CommandTrace: Sendable {
  /// How long sending the trace may delay the command's exit, as in docs/limits.md.
  private static let finishTimeout = Duration.seconds(1)

  /// nil if the command is not traced.
  @TaskLocal static var current: CommandTrace?

  private let tracer: Tracer
  private let message = Locked<String?>(nil)
  private let isSent = Locked(false)

  /// - Parameter words: The command line without the global options.
  /// - Returns: nil if the command is not to be traced.
  /// - Throws: A usage error if the collector's address is not valid.
  init?(_ globals: Globals, _ words: [String]) throws(Failure) {
    // Tracing must not slow down completions.
    guard globals.isTracing, words.first != CompletionScript.command else { return nil }
    guard let collector = CollectorAddress(globals.tracingEndpoint) else {
      throw Failure(
        .usage,
        "--tracing-endpoint \(globals.tracingEndpoint): specify an IP address or localhost with a port, such as "
          + "127.0.0.1:4317")
    }
    let usesCrictlNames = CrictlBehaviour.traceNames.isActive
    tracer = Tracer(
      words.first ?? Program.name, to: collector, rate: SamplingRate(perMillion: globals.tracingRate),
      resource: [
        .init("service.name", usesCrictlNames ? "cri-tools" : "cri"), .init("service.version", CRICommand.version),
        .init("host.name", Kernel.names.node), .init("process.pid", Int64(Kernel.processID)),
      ],
      scope: (usesCrictlNames ? "sigs.k8s.io/cri-tools/cmd/crictl" : "cri", CRICommand.version))
  }

  /// Runs the command, and sends its trace.
  /// - Returns: The exit code of the command.
  func run(_ command: () async -> Int32) async -> Int32 {
    // Commands such as `events` end with SIGINT.
    Interrupt.setFinalWork { [self] in try? SingleThread.run { [self] in await send(0) } }
    let code = await Self.$current.withValue(self) { await CallTracing.$tracer.withValue(tracer) { await command() } }
    await send(code)
    return code
  }

  /// Records why the command fails.
  func note(_ text: String) { message.withLock { $0 = text } }

  /// Ends the trace and sends it. A failure is only a warning, because the command has done its work.
  private func send(_ code: Int32) async {
    let isFirst = isSent.withLock { isSent in
      defer { isSent = true }
      return !isSent
    }
    guard isFirst else { return }
    let error = message.withLock { $0 } ?? (code == 0 ? nil : "exit code \(code)")
    let loss = await tracer.finish(
      exitCode: code, error: code == 0 ? nil : error, within: Self.finishTimeout)
    if let loss { _ = try? StandardStream.error.write(Failure(.done, Self.text(loss)).line) }
  }

  private static func text(_ loss: TraceLoss) -> String {
    let spans = loss.count == 1 ? "1 span" : "\(loss.count) spans"
    guard let error = loss.error else { return "\(spans) of the trace could not be sent to \(loss.collector) in time" }
    let reason =
      switch error.cause {
      case .cannotConnect(_, let errno): "\(errno)"
      case .notGRPC(_, let reason): "it is not a gRPC server: \(reason)"
      case .deadlineExceeded: "the collector did not respond in time"
      case .status(let status): "\(status.code): \(status.message)"
      default: error.reason ?? "\(error)"
      }
    return
      "\(spans) of the trace could not be sent to \(loss.collector): \(reason); use --tracing-endpoint to specify "
      + "a collector that accepts OTLP over gRPC"
  }
}
