internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIDoctor
internal import CRINode
internal import CRIReport
internal import CRIRules
internal import CRISnapshot
internal import CRISystem

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "doctor",
    abstract: "Find out what is wrong on this node now, or show the history of one pod.",
    discussion: """
      The command examines the runtime, kubelet, the pods, their networks, their processes and the disks, and prints \
      what is wrong, the most harmful first, with the consequence and a remedy. It needs no snapshot and changes \
      nothing. All calls to the runtime share one deadline (--timeout, 5 seconds by default), so calls that hang do not \
      delay the report beyond that deadline. Run the command as root on the node.

      With a pod, the command prints the pod's history in chronological order: its sandboxes, containers, exits and \
      restarts, the last lines of its logs, and its present state.

      Exit codes: 0 no finding of severity --fail-on or above, and everything could be checked; 1 at least one such \
      finding, even if something could not be checked; 2 usage error; 3 no such finding, but something could not be \
      checked; for a pod: 0 success; 3 the runtime could not be reached, or a part of the pod could not be read; 7 no \
      such pod; 8 several pods have this name.
      """)

  @Argument(
    help: ArgumentHelp(
      "Show the history of this pod: NAME, NAMESPACE/NAME, a UID, or a prefix of a sandbox's ID.", valueName: "pod"))
  var pod: String?

  @Flag(help: "Also read statistics, mounts and cgroups, which takes longer.")
  var deep = false

  @Option(
    name: .customLong("fail-on"),
    help: ArgumentHelp(
      "The lowest severity that counts as a problem: critical, major or minor (default: major).",
      valueName: "severity"),
    transform: VerdictOptions.severity)
  var threshold = Severity.major

  @Option(help: ArgumentHelp("Ignore this rule (repeatable); cri rules lists the names.", valueName: "rule"))
  var ignore: [String] = []

  @OptionGroup var reports: ReportOptions

  func validate() throws {
    _ = try RuleID.ignored(ignore, by: .doctor)
    guard let pod else { return }
    if pod.isEmpty { throw ValidationError("the pod's name is empty") }
    if deep || !ignore.isEmpty || !reports.files.isEmpty {
      throw ValidationError("--deep, --ignore and --report are not for the history of a pod; omit them")
    }
    if PodStory.format(reports.format) == nil {
      throw ValidationError("-o \(reports.format.rawValue): the history of a pod is a table, json or yaml")
    }
  }

  func run() async throws {
    if let pod {
      try await tellStory(of: pod)
      return
    }
    try await reports.report(.doctor) {
      let (client, deadline) = try Self.client()
      var options = DoctorOptions(tool: CRICommand.tool, deadline: deadline, isDeep: deep)
      options.readsLogs = true
      let report = DoctorReport(
        try await Self.facts(client, options), ignoring: Set(ignore.compactMap(RuleID.init(named:))))
      return ReportView(
        report, failingOn: threshold, exitCode: report.verdict(failingOn: threshold).exitCode,
        checked: ReportOptions.now)
    }
  }

  /// A runtime that does not listen is a finding, and not a reason to end the examination.
  private static func client() throws -> (Client, deadline: Duration) {
    do {
      let context = try Context()
      return (context.client(within: context.examinationTimeout), context.examinationTimeout)
    } catch let failure as Failure where failure.code == .unreachable {
      let known = Endpoint.wellKnown
      let endpoint = known.first { (try? File.exists($0.path)) == true } ?? known[0]
      return (Client(endpoint), Context.defaultExaminationTimeout)
    }
  }

  private static func facts(_ client: Client, _ options: DoctorOptions) async throws(Failure) -> DoctorFacts {
    do throws(RPCError) {
      return try await client.doctorFacts(options)
    } catch {
      throw Failure(error)
    }
  }

  private func tellStory(of word: String) async throws {
    let context = try Context()
    let client = context.client(within: context.examinationTimeout)
    let found: [PodStory]
    do throws(RPCError) {
      found = try await client.podStories(
        of: word, DoctorOptions(tool: CRICommand.tool, deadline: context.examinationTimeout))
    } catch {
      // 1 would mean that something is wrong with the pod.
      throw Failure(.unreachable, Failure(error, client.endpoint).message)
    }
    guard let story = found.first else {
      throw Failure(.notFound, "no pod has the name, namespace/name, UID or ID prefix \(word); see: cri pods")
    }
    guard found.count == 1 else {
      let names = found.map { "\($0.pod) (UID \($0.pod.uid))" }.joined(separator: ", ")
      throw Failure(.ambiguous, "several pods have the name \(word): \(names); specify NAMESPACE/NAME or a UID")
    }
    let format = PodStory.format(reports.format) ?? .table
    try StandardStream.output.write(format.text(of: story.json()) ?? story.text())
    if !story.isComplete { throw ExitCode(ExitCodes.unreachable.rawValue) }
  }
}

extension PodStory {
  /// The format of a story; nil if there is no such format.
  fileprivate static func format(_ format: ReportFormat) -> OutputFormat? { OutputFormat(rawValue: format.rawValue) }

  /// Whether all details of the pod could be read.
  fileprivate var isComplete: Bool {
    !events.contains { if case .detailsUnknown = $0.kind { true } else { false } }
  }
}
