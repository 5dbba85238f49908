internal import ArgumentParser

/// The subcommands of `cri`. A name is found without reading the declaration of any command, which would take longer
/// than parsing.
enum Subcommand: String, CaseIterable {
  case preflight, snapshot, diff, verify, wait, `guard`, net, doctor, monitor, history, report, rules
  case pods, ps, images, inspectp, inspect, inspecti, logs, info, version
  case stats, statsp, metricsp, metricdescs, imagefsinfo, events, top
  case runp, create, run, start, stop, stopp, rm, rmp, update, checkpoint
  case exec, attach, portForward = "port-forward", cp, debug
  case pull, rmi
  case config, runtimeConfig = "runtime-config", updateRuntimeConfig = "update-runtime-config", completion

  /// The subcommands in the groups of the help.
  static let groups: [(name: String, subcommands: [Subcommand])] = [
    (
      "Verification",
      [.preflight, .snapshot, .diff, .verify, .wait, .guard, .net, .doctor, .monitor, .history, .report, .rules]
    ),
    ("Runtime", [.pods, .ps, .images, .inspectp, .inspect, .inspecti, .logs, .info, .version]),
    ("Statistics", [.stats, .statsp, .metricsp, .metricdescs, .imagefsinfo, .events, .top]),
    ("Pod and container", [.runp, .create, .run, .start, .stop, .stopp, .rm, .rmp, .update, .checkpoint]),
    ("Session", [.exec, .attach, .portForward, .cp, .debug]),
    ("Image", [.pull, .rmi]),
    ("Configuration", [.config, .runtimeConfig, .updateRuntimeConfig, .completion]),
  ]

  /// Finds a subcommand by its name or an alias.
  init?(word: String) {
    if let found = Subcommand(rawValue: word) {
      self = found
      return
    }
    guard let found = Self.allCases.first(where: { $0.declaredNames.contains(word) }) else { return nil }
    self = found
  }

  /// The name and the aliases in the declaration of the command.
  var declaredNames: [String] { [type._commandName] + type.configuration.aliases }

  var type: any AsyncParsableCommand.Type {
    switch self {
    case .preflight: PreflightCommand.self
    case .snapshot: SnapshotCommand.self
    case .diff: DiffCommand.self
    case .verify: VerifyCommand.self
    case .wait: WaitCommand.self
    case .guard: GuardCommand.self
    case .net: NetCommand.self
    case .doctor: DoctorCommand.self
    case .monitor: MonitorCommand.self
    case .history: HistoryCommand.self
    case .report: ReportCommand.self
    case .rules: RulesCommand.self
    case .pods: PodsCommand.self
    case .ps: PsCommand.self
    case .images: ImagesCommand.self
    case .inspectp: InspectpCommand.self
    case .inspect: InspectCommand.self
    case .inspecti: InspectiCommand.self
    case .logs: LogsCommand.self
    case .info: InfoCommand.self
    case .version: VersionCommand.self
    case .stats: StatsCommand.self
    case .statsp: StatspCommand.self
    case .metricsp: MetricspCommand.self
    case .metricdescs: MetricdescsCommand.self
    case .imagefsinfo: ImagefsinfoCommand.self
    case .events: EventsCommand.self
    case .top: TopCommand.self
    case .runp: RunpCommand.self
    case .create: CreateCommand.self
    case .run: RunCommand.self
    case .start: StartCommand.self
    case .stop: StopCommand.self
    case .stopp: StoppCommand.self
    case .rm: RmCommand.self
    case .rmp: RmpCommand.self
    case .update: UpdateCommand.self
    case .checkpoint: CheckpointCommand.self
    case .exec: ExecCommand.self
    case .attach: AttachCommand.self
    case .portForward: PortForwardCommand.self
    case .cp: CopyCommand.self
    case .debug: DebugCommand.self
    case .pull: PullCommand.self
    case .rmi: RmiCommand.self
    case .config: ConfigCommand.self
    case .runtimeConfig: RuntimeConfigCommand.self
    case .updateRuntimeConfig: UpdateRuntimeConfigCommand.self
    case .completion: CompletionCommand.self
    }
  }
}
