internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRIPreflight
internal import CRIReport
internal import CRIRules
internal import CRISnapshot
internal import CRISystem

struct PreflightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "preflight",
    abstract: "Predict what a restart or an upgrade of the runtime would lose, before it happens.",
    discussion: """
      The command examines the runtime's data on disk, which is all that the runtime will know after a restart, and \
      kubelet's configuration. A loss that follows from these is reported as proved. A loss that follows only from a \
      known defect of the runtime's version is reported as suspected. A defect that is present in every version, and \
      whose effect cannot be checked, is reported only with --to.

      On CRI-O, the command runs the CNI plugins with CHECK for each pod, as CRI-O does when it starts; this changes \
      nothing. Nothing on the node is changed, except with --pull. Run the command as root on the node; in a \
      container, mount the node's / and specify it with --root.

      Exit codes: 0 no loss is predicted; 5 pods, addresses or containers would be lost, or the daemon would not \
      start; 3 the runtime could not be reached or returned an error, or something that the prediction depends on \
      could not be examined; 2 usage error.
      """)

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "The runtime version after the change: containerd's or CRI-O's own version, such as 2.1.4 or 1.33.0, or the "
        + "version of the k3s or RKE2 release that bundles containerd, such as v1.31.2+k3s1.",
      valueName: "version"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "The root of the node's file system (default: the root of the runtime's process).", valueName: "directory"))
  var root: String?

  @Flag(help: "Pull the images that running pods use but the runtime lacks, and report the registry's response.")
  var pull = false

  @Option(help: ArgumentHelp("Ignore this rule (repeatable); cri rules lists the names.", valueName: "rule"))
  var ignore: [String] = []

  @OptionGroup var pods: PodsOption
  @OptionGroup var reports: ReportOptions

  func validate() throws { _ = try RuleID.ignored(ignore, by: .preflight) }

  func run() async throws {
    try await reports.report(.preflight) {
      let options = PreflightOptions(
        tool: CRICommand.tool, root: try nodeRoot(), target: try version(), pulls: pull, pods: try pods.read())
      let client = try Context().bulkClient()
      try await refuseOtherRuntime(client, options.target)
      let report = PreflightReport(
        try await facts(client, options), ignoring: Set(ignore.compactMap(RuleID.init(named:))))
      return ReportView(report, exitCode: report.verdict.exitCode, checked: ReportOptions.now)
    }
  }

  private func version() throws(Failure) -> RuntimeVersion? {
    guard let target else { return nil }
    guard let version = RuntimeVersion(exactly: target) else {
      throw Failure(.usage, "--to \(target): specify a version such as 2.1.4 or v1.31.2+k3s1")
    }
    return version
  }

  private func nodeRoot() throws(Failure) -> String? {
    guard let root else { return nil }
    let advice = "specify the root directory of the node, or omit the option"
    if root.isEmpty { throw Failure(.usage, "--root is empty; \(advice)") }
    do throws(FileError) {
      _ = try Directory.names(at: root)
    } catch {
      throw Failure(.usage, "--root \(root): \(error); \(advice)")
    }
    return root
  }

  /// Checked before anything else: k3s and RKE2 bundle containerd, so their versions do not apply to CRI-O.
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
      "--to \(target): \(distributor) bundles containerd, and this runtime is cri-o \(runtime.runtimeVersion): "
        + "specify the version of CRI-O after the change")
  }

  private func facts(_ client: Client, _ options: PreflightOptions) async throws(Failure) -> PreflightFacts {
    do throws(RPCError) {
      return try await client.preflightFacts(options)
    } catch {
      throw Failure(error)
    }
  }
}
