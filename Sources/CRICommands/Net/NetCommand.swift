internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRISnapshot
internal import CRISystem
internal import CRIText
internal import CRIVerify

struct NetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "net",
    abstract: "Compare what the runtime says of each pod's network with kernel and CNI.",
    discussion: """
      Verdicts: ok; lost: the runtime has forgotten the address (containerd#7843); gone: the runtime has it, the network
      behind it is gone (containerd#6549); duplicate: another pod has the address too; mismatch: the sources do not agree;
      unknown: what tells could not be read; and without judgement host network, not ready.
      It takes root to look into the pods' network namespaces.
      Exit codes: 0 all is well; 1 it is not, for at least one pod; 2 wrong usage; 3 the runtime was not reached, or what
      tells could not be read for at least one pod, and none is known to be bad; 7 no such pod; 9 no permission for the
      runtime's socket.
      """)

  @Argument(
    help: ArgumentHelp("Only these pods: NAME, NAMESPACE/NAME, a UID, or the beginning of an ID.", valueName: "pod"))
  var pods: [String] = []

  @Option(name: [.customShort("o"), .long], help: "table, wide, json or yaml.")
  var output = NetFormat.table

  @Option(
    name: .customLong("cni-dir"),
    help: ArgumentHelp("Where CNI keeps its results and leases.", valueName: "folder"))
  var folder = Places.defaultCNI

  func run() async throws {
    let client = try Context().patientClient()
    let snapshot: Snapshot
    do throws(RPCError) {
      snapshot = try await client.snapshot(
        tool: CRICommand.tool, truth: TruthReader(places: Places(cni: folder), includesNode: false))
    } catch {
      throw Failure(error, client.endpoint)
    }
    let report: NetReport
    do throws(NetReport.UnknownPod) {
      report = try NetReport(snapshot, pods: pods)
    } catch {
      throw Failure(
        .notFound,
        "no pod is called \(error.word), by name, namespace/name, UID or the beginning of its ID; see: cri pods")
    }
    let code: ExitCodes =
      switch report.verdict {
      case .ok: .done
      case .bad: .failed
      case .unread: .unreachable
      }
    switch output {
    case .json, .yaml:
      let format = output == .json ? OutputFormat.json : .yaml
      try StandardStream.output.write(format.text(of: report.json(exitCode: code.rawValue)) ?? "")
    case .table, .wide:
      let style = TextStyle(
        isTerminal: Environment.outputIsTerminal, noColor: Environment.value("NO_COLOR"),
        term: Environment.value("TERM"))
      try StandardStream.output.write(NetText(report: report, isWide: output == .wide, style: style).text)
    }
    if code != .done { throw ExitCode(code.rawValue) }
  }
}

enum NetFormat: String, ExpressibleByArgument, CaseIterable { case table, wide, json, yaml }
