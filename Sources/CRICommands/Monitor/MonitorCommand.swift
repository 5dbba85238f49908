internal import ArgumentParser
internal import CRICommandLine
internal import CRIMonitor
internal import CRIStreaming
internal import CRISystem

struct MonitorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "monitor",
    abstract: "Keep the runtime's last good state, and verify every restart of the runtime against it.",
    discussion: """
      The monitor runs until it receives SIGTERM or SIGINT. It keeps the state of all pods up to date: from the \
      runtime's events if there are any, and otherwise from its lists, which are read every five seconds. It reads the \
      details only of objects that have changed. When the runtime's process ends, for whatever reason, the monitor waits until the \
      runtime is ready again, and compares its state with the last good state, as verify does. The report says \
      how old that state was, and what had changed since.

      The result is written to /var/lib/cri (monitor-report.txt, monitor-report.json), to the files given with --report, \
      and to standard error, which is the journal under systemd. If something was lost, or could not be verified, the \
      state before the restart is kept as monitor-before-TIME.json; only the last five are kept. The last good state is \
      also saved to disk (monitor-state.json), so that a restart that happens while no monitor is running can be \
      verified later.

      With --hook, the monitor passes the last good state to the systemd hooks when the runtime crashes, so that \
      the hooks can keep kubelet from starting after a crash, too.

      The monitor makes no changes on the node, and nothing depends on it. It makes at most --max-calls calls to the \
      runtime per minute, apart from verifications, and fewer if the runtime is slow or returns errors. Run it as root on \
      the node. Only one monitor can run at a time.

      Exit codes: 0 a signal ended the monitor; 2 usage error, another monitor is running, or other users can write to \
      /var/lib/cri.
      """)

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      "Also write the report of each restart to a file, completely or not at all (repeatable).",
      valueName: "format=file"))
  var reports: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run this program after a loss, without a shell and for at most 60 seconds, with the JSON report on its standard "
        + "input.", valueName: "program"))
  var onLoss: String?

  @Option(
    help: ArgumentHelp(
      "After a crash of the runtime, pass the last good state to this program: cri-hook, which is part of the systemd hooks.",
      valueName: "program"))
  var hook: String?

  @Option(
    help: ArgumentHelp(
      "The runtime name that is passed to the hook (default: containerd or crio).", valueName: "name"))
  var hookName: String?

  @Option(
    help: ArgumentHelp(
      "Serve /metrics, /healthz and /report over HTTP: unix:PATH, a port on a loopback address, or IP:PORT "
        + "(repeatable). On an address other than a loopback address, /report is refused, because it names pods.",
      valueName: "address"))
  var listen: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often to examine the node with the rules of doctor (0: never). A line on standard error reports each problem that appears or disappears.",
      valueName: "duration"))
  var examine = "10m"

  @Option(help: ArgumentHelp("The maximum number of calls to the runtime per minute.", valueName: "number"))
  var maxCalls = MonitorSettings().callsPerMinute

  func validate() throws {
    if DurationText.parse(examine) == nil {
      throw ValidationError("--examine \(examine): specify a duration such as 10m, or 0 for never")
    }
    if maxCalls < 60 { throw ValidationError("--max-calls \(maxCalls): specify at least 60") }
    for (option, program) in [("--on-loss", onLoss), ("--hook", hook)] {
      guard let program else { continue }
      guard program.hasPrefix("/"), File.isExecutable(program) else {
        throw ValidationError("\(option) \(program): specify the absolute path of a program")
      }
      // The monitor runs it as root.
      if !File.isTrusted(program) {
        throw ValidationError(
          "\(option) \(program): other users can write to it or to a directory above it; correct this first")
      }
    }
    if hookName != nil, hook == nil {
      throw ValidationError("--hook-name is only used with --hook; specify both or neither")
    }
    for text in listen where DocumentServer.Address(argument: text) == nil {
      throw ValidationError("--listen \(text): specify unix:PATH, a port on loopback, or IP:PORT")
    }
    try ReportOptions.check(reports)
  }

  func run() async throws {
    let lock = try MonitorFiles.lock()
    defer { withExtendedLifetime(lock) {} }
    let signals = try SignalWatch()
    let (log, manager) = (MonitorLog(), ServiceManager())
    let pages = MonitorPages()
    let servers = try listen.map { (text) throws(Failure) in try Self.serve(pages, on: text) }
    defer { withExtendedLifetime(servers) {} }
    // Nothing may depend on the monitor, so it is ready even if no runtime is running.
    manager.ready("waiting for a runtime")
    guard let context = try await Self.context(signals, manager) else { return }
    var settings = MonitorSettings()
    settings.examinationInterval = try DurationText.parse(examine, option: "--examine")
    settings.callsPerMinute = maxCalls
    let run = try MonitorRun(
      context, settings: settings, files: MonitorFiles(log: log),
      programs: MonitorPrograms(hook: hook, hookName: hookName, lossProgram: onLoss, log: log),
      targets: try reports.map(ReportOptions.file), pages: pages, log: log, manager: manager)
    await run.run(until: signals)
  }

  private static func serve(_ pages: MonitorPages, on text: String) throws(Failure) -> DocumentServer {
    guard let address = DocumentServer.Address(argument: text) else {
      throw Failure(.usage, "--listen \(text): specify unix:PATH, a port on loopback, or IP:PORT")
    }
    do throws(FileError) {
      return try DocumentServer(on: address) { request in pages.response(to: request, on: address) }
    } catch {
      throw Failure(.usage, "--listen \(text): \(error)")
    }
  }

  /// Waits until a runtime listens on one of the usual sockets, unless one is specified.
  /// - Returns: nil if a signal ends the wait.
  private static func context(_ signals: SignalWatch, _ manager: ServiceManager) async throws -> Context? {
    while true {
      do {
        return try Context()
      } catch let failure as Failure where failure.code == .unreachable {
        if signals.take().contains(where: { !$0.isHangUp }) { return nil }
        manager.keepAlive()
        await pause(.milliseconds(500))
      }
    }
  }
}
