internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRIPreflight
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

struct PreflightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "preflight",
    abstract: "Predict what a restart or an upgrade of the runtime would lose, before it happens.",
    discussion: """
      It looks at what the runtime has on disk, which is all that it will know after a restart, and at what kubelet is told.
      What it finds there is proved; what only the version's known faults say is suspect, and what every version has and
      nothing shows is told with --to alone. On CRI-O it runs CNI's plugins with CHECK for each pod, which changes
      nothing, as CRI-O does when it starts. Nothing is changed, except with --pull. Run it as root on the node; in a container, mount the node's / and name it with --root.
      Exit codes: 0 no loss is predicted; 5 pods, addresses, containers or the daemon would be lost; 3 the runtime was
      not reached, or what decides could not be looked at; 2 wrong usage; 1 the runtime answered with an error.
      """)

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "The version that is to run after the change: containerd's or CRI-O's own, such as 2.1.4 or 1.33.0, or that of a k3s or RKE2 with its containerd, such as v1.31.2+k3s1.",
      valueName: "version"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Where the node's file system is (default: where the runtime's process has it).", valueName: "directory"))
  var root: String?

  @Flag(help: "Pull the images that running pods have and the runtime does not, and say what the registry answers.")
  var pull = false

  @OptionGroup var reports: ReportOptions

  func run() async throws {
    try await reports.report(.preflight) {
      let options = PreflightOptions(
        tool: CRICommand.tool, root: try nodeRoot(), target: try version(), pulls: pull)
      let client = try Context().patientClient()
      try await refuseOtherRuntime(client, options.target)
      let report = PreflightReport(try await facts(client, options))
      return ReportView(report, exitCode: Self.code(of: report.verdict).rawValue, checked: ReportOptions.now)
    }
  }

  private func version() throws(Failure) -> RuntimeVersion? {
    guard let target else { return nil }
    guard let version = RuntimeVersion(exactly: target) else {
      throw Failure(.usage, "--to \(target): write a version such as 2.1.4 or v1.31.2+k3s1")
    }
    return version
  }

  private func nodeRoot() throws(Failure) -> String? {
    guard let root else { return nil }
    let advice = "name the directory where the node's / is, or leave it away"
    if root.isEmpty { throw Failure(.usage, "--root is empty: \(advice)") }
    do throws(FileError) {
      _ = try Directory.names(at: root)
    } catch {
      throw Failure(.usage, "--root \(root): \(error): \(advice)")
    }
    return root
  }

  /// Before anything else is looked at: k3s and RKE2 bring containerd, so that their versions say nothing of CRI-O.
  private func refuseOtherRuntime(_ client: Client, _ target: RuntimeVersion?) async throws(Failure) {
    guard let target, let distributor = target.distributor else { return }
    let runtime: VersionResponse
    do throws(RPCError) {
      runtime = try await client.runtime.version(VersionRequest(version: "v1"))
    } catch {
      throw Failure(error)
    }
    guard runtime.runtimeName == Advisory.Product.crio.rawValue else { return }
    throw Failure(
      .usage,
      "--to \(target): \(distributor) brings containerd, and this runtime is cri-o \(runtime.runtimeVersion): "
        + "name the version of CRI-O that is to come")
  }

  private func facts(_ client: Client, _ options: PreflightOptions) async throws(Failure) -> PreflightFacts {
    do throws(RPCError) {
      return try await client.preflightFacts(options)
    } catch {
      throw Failure(error)
    }
  }

  private static func code(of verdict: PreflightReport.Verdict) -> ExitCodes {
    switch verdict {
    case .none: .done
    case .loss: .lossPredicted
    case .unchecked: .unreachable
    }
  }
}
