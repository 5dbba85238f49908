internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRIReport
internal import CRISnapshot
internal import CRISystem
internal import CRIText
internal import CRIVerify

struct NetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "net",
    abstract: "Compare the runtime's records of each pod's network with the kernel and CNI.",
    discussion: """
      Verdicts: ok; lost: the runtime has lost the address (containerd#7843); gone: the runtime has the address, but \
      the network namespace no longer exists (containerd#6549); duplicate: another pod has the same address; mismatch: the \
      sources disagree; unknown: a source could not be read. Pods on the host network and pods that are not ready are \
      not examined.

      The command requires root, because it examines the pods' network namespaces.

      Exit codes: 0 all pods are ok; 1 at least one pod is not; 2 usage error; 3 the runtime could not be reached, \
      or a source could not be read for at least one pod and no pod is known to be bad; 7 no such pod; 9 no permission \
      to open the runtime's socket.
      """)

  @Argument(
    help: ArgumentHelp("Compare only these pods: NAME, NAMESPACE/NAME, a UID, or a prefix of an ID.", valueName: "pod"))
  var pods: [String] = []

  @Option(name: [.customShort("o"), .long], help: "The output format.")
  var output = NetFormat.table

  @Option(
    name: .customLong("cni-dir"),
    help: ArgumentHelp("The directory with CNI results and leases.", valueName: "directory"))
  var cniDirectory = NodePaths.defaultCNI

  func run() async throws {
    let client = try Context().bulkClient()
    let snapshot: Snapshot
    do throws(RPCError) {
      snapshot = try await client.snapshot(
        tool: CRICommand.tool, observed: NodeObserver(paths: NodePaths(cni: cniDirectory), includesNode: false))
    } catch {
      throw Failure(error, client.endpoint)
    }
    let report: NetReport
    do throws(NetReport.UnknownPod) {
      report = try NetReport(snapshot, pods: pods)
    } catch {
      throw Failure(
        .notFound,
        "no pod has the name, namespace/name, UID or ID prefix \(error.word); see: cri pods")
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
      try StandardStream.output.write(NetFormatter(report: report, isWide: output == .wide, style: style).text)
    }
    if code != .done { throw ExitCode(code.rawValue) }
  }
}

enum NetFormat: String, ExpressibleByArgument, CaseIterable { case table, wide, json, yaml }
