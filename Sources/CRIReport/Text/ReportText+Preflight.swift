package import CRIPreflight
internal import CRIRules
internal import CRISnapshot

/// The wording of preflight's report.
extension ReportText {
  package func title(_ report: PreflightReport) -> String {
    let target = report.isRestart ? nil : report.target
    let versions = target.map { "\(report.runtime) to \($0)\(Self.assumption(report))" } ?? report.runtime
    let process = report.daemon.pid.map { "\($0)" } ?? "unknown"
    return worded("preflight: \(Self.change(report)) of \(versions) on \(report.host.name): process \(process)")
  }

  /// The version of the runtime that a release of a distribution contains.
  private static func assumption(_ report: PreflightReport) -> String {
    guard report.isTargetBundle else { return "" }
    let version = report.assumedVersion.map { "assumed to contain \(report.runtimeName) \($0)" }
    return " (\(version ?? "which contains an unknown version of \(report.runtimeName)"))"
  }

  private static func change(_ report: PreflightReport) -> String {
    report.isRestart ? "restart" : report.isDowngrade ? "downgrade" : "upgrade"
  }

  // MARK: Findings

  /// The violation and the facts that prove it.
  func fact(_ finding: PreflightFinding) -> String {
    let (violation, detail) = (rule(finding.rule.id).violation, Self.text(of: finding.detail))
    return worded(detail.isEmpty ? violation : "\(violation): \(detail)")
  }

  /// The facts that prove a finding; empty if the rule and the object are sufficient.
  package func detail(_ detail: PreflightDetail) -> String {
    let text = Self.text(of: detail)
    return text.isEmpty ? "" : worded(text)
  }

  static func text(of detail: PreflightDetail) -> String {
    switch detail {
    case .none: ""
    case .differs(let runtime, let disk): difference(runtime, disk)
    case .labelDiffers(let runtime, let disk): "label \(difference(runtime, disk))"
    case .fieldsDiffer(let fields):
      fields.map { "\(name(of: $0.field)) \(difference($0.runtime, $0.disk))" }.joined(separator: "; ")
    case .alreadyLost(let path):
      "the runtime has already lost it" + (path.map { $0.isEmpty ? "" : ": \($0) is gone" } ?? "")
    case .sharedName(let name, let isInUse, let id):
      "\(name), \(isInUse ? "in use" : "not in use"), id \(id.prefix(13))"
    case .recordName(let name): name
    case .recordWithoutData: "every start fails to load it, because it has no CRI data"
    case .storeOnly: "it is only in the sandbox store, and will not be ready after a restart"
    case .noRecord(let isRunning): isRunning ? "it is running" : "kubelet treats it as a container that never ran"
    case .path(let path): path
    case .directory(let path): path ?? ""
    case .missingState(let files):
      list(files.map { $0.isUnmounted ? "\($0.path) is no longer a namespace" : $0.path })
    case .shim(let fault): text(of: fault)
    case .space(let space): "\(space.directory) has no free \(space.blocks == 0 ? "block" : "inode")"
    case .littleSpace(let space, let count):
      "\(space.directory) has \(text(of: space)) for \(count) \(count == 1 ? "container" : "containers")"
    case .versionFile(let fault, let losesImages): text(of: fault) + (losesImages ? "; images too" : "")
    case .process(let pid): "process \(pid)"
    case .killMode(let mode, let unit): "KillMode=\(mode) in \(unit)"
    case .created(let time): "created \(time)"
    case .createdAndNotListed(let time): "created \(time), not listed yet"
    case .createdAndNotStarted(let time): "created \(time)"
    case .createdLater(let time): "\(time)"
    case .defaultRuntime(let now, let next), .driverChanges(let now, let next): "\(now) now, \(next) after the change"
    case .configuration(let fault): text(of: fault)
    case .disabledPlugin(let name): "disabled_plugins contains \"\(name)\""
    case .conflict(let conflict): Self.text(of: conflict)
    case .invalidFile(let reason): text(of: reason)
    case .missingProgram(let missing): "\(missing.program), which \(missing.setting) names, does not exist"
    case .undefinedDefault(let name, let key): "\(key) is \"\(name)\", for which there is no table"
    case .unknownSnapshotter(let name): "no plugin provides the snapshotter \"\(name)\""
    case .undefinedHandler(let name): name
    case .pathChanges(let setting, let now, let next): "\(setting.rawValue) \(now) now, \(next) after the change"
    case .tables(let names): list(names.map { "plugins.\"\($0)\"" })
    case .cgroupDrivers(let kubelet, let runtime): "kubelet \(kubelet), runtime \(runtime)"
    case .endpoints(let kubelet, let examined): "kubelet \(kubelet), examined \(examined)"
    case .networkNotReady(let reason, let message): "the network is not ready: \(sentence(reason, message))"
    case .noNetworkConfiguration(let directory): "no CNI configuration in \(directory ?? "its directory")"
    case .network(let fault): text(of: fault)
    case .condition(let reason, let message): sentence(reason, message)
    case .message(let text): text
    case .image(let name): name
    case .notListed: "not in the runtime's list"
    case .pods(let pods):
      pods.prefix(5).map { "\($0)" }.joined(separator: ", ") + (pods.count > 5 ? " and \(pods.count - 5) more" : "")
    case .sandboxes(let ids): "\(ids.count): \(list(ids.map(id)))"
    case .running(let names): list(names)
    case .defectiveVersion(let product, let version, let id): defect(of: product, version, AdvisoryText(id))
    }
  }

  private static func text(of conflict: ContainerdSettings.Conflict) -> String {
    switch conflict {
    case .mirrors: "registry.mirrors cannot be set beside registry.config_path"
    case .registryTLS: "registry.configs with tls cannot be set beside registry.config_path"
    case .invalidValue(let key): "the value of \(key) has the wrong type or the wrong form"
    case .systemdCgroup: "systemd_cgroup is only for io.containerd.runtime.v1.linux; runc has the option SystemdCgroup"
    }
  }

  private static func defect(
    of product: Advisory.Product, _ version: RuntimeVersion, _ advisory: AdvisoryText
  ) -> String {
    "\(product.rawValue) \(version): \(advisory.symptom) (fix: \(advisory.fixedIn))"
  }

  private static func difference(_ runtime: FindingValue, _ disk: FindingValue) -> String {
    "\(text(of: runtime)) in the runtime, \(text(of: disk)) on disk"
  }

  private static func name(of field: FieldDifference.Field) -> String {
    switch field {
    case .namespace: "namespace"
    case .name: "name"
    case .attempt: "attempt"
    case .handler: "handler"
    case .pidMode: "PID mode"
    case .ipcMode: "IPC mode"
    case .label: "label"
    case .annotation: "annotation"
    case .cniResult: "CNI result"
    }
  }

  private static func text(of fault: ContainerdConfigurationFault) -> String {
    switch fault {
    case .missing(let path): "\(path), which its command line names, does not exist"
    case .missingImport(let path, let parent): "\(path), which \(parent) imports, does not exist"
    case .malformed(let path, let line, let message): "\(path):\(line): \(message)"
    case .wrongType(let path, let line, let key): "\(path):\(line): \(key) has a value of the wrong type"
    case .unsupportedVersion(let version, let maximum):
      "version = \(version), but the newest known version is \(maximum)"
    case .pluginName(let name, let key):
      "\"\(name)\" in \(key.rawValue) is not the full name of a plugin, such as io.containerd.grpc.v1.cri"
    }
  }

  private static func text(of space: RecordSpace) -> String {
    [(space.blocks, "block"), (space.inodes, "inode")].compactMap { free, unit in
      free.map { "\($0) free \(unit)\($0 == 1 ? "" : "s")" }
    }.joined(separator: " and ")
  }

  private static func text(of fault: ShimFault) -> String {
    switch fault {
    case .noAddress(let file): "\(file) does not contain an address"
    case .noSocket(let path): "\(path) does not exist"
    case .notASocket(let path): "\(path) is not a socket"
    case .notListening(let path): "no process listens on \(path)"
    }
  }

  private static func text(of fault: VersionFileFault) -> String {
    switch fault {
    case .missing(let path): "\(path) is missing, which CRI-O takes as a sign of a reboot"
    case .malformed(let path): "\(path) does not contain a version"
    case .otherMinor(let path, let major, let minor, let next): "\(path) has \(major).\(minor), but \(next) will start"
    }
  }

  private static func text(of fault: CNIFault) -> String {
    switch fault {
    case .unreadable(let path, let message): "\(path): \(message)"
    case .notAConfiguration(let path): "\(path) is not a CNI configuration"
    case .withoutName(let path): "\(path) has no name"
    case .withoutPlugins(let path): "\(path) has no plugins"
    case .unsupportedVersion(let plugin, let version): "plugin \(plugin) does not support version \(version)"
    case .noConfiguration(let network, let directory, let cause):
      "no usable CNI configuration\(network.isEmpty ? "" : " for network \(network)") in \(directory)"
        + (cause.map { ": \(text(of: $0))" } ?? "")
    case .pluginMissing(let name, let directories):
      "the CNI plugin \(name) is not in \(directories.joined(separator: ":"))"
    case .pluginNotExecutable(let path, let message): "the CNI plugin \(path) cannot be run: \(message)"
    case .pluginFailed(let name, let message): "the CNI plugin \(name) failed: \(message)"
    case .pluginExited(let name, let code): "the CNI plugin \(name) exited with \(code)"
    case .pluginKilled(let name, let signal): "the CNI plugin \(name) was killed by signal \(signal)"
    case .malformedCache(let path): "the CNI cache is damaged: \(path) is not a JSON object"
    case .loopbackDown: "lo is down in the pod"
    case .noResult(let network): "the CNI cache has no result from network \(network) for the pod"
    case .noAddress: "the CNI cache has no address for the pod"
    }
  }

  // MARK: Advisories

  /// Returns a line for each suspicion that the report prints, and one line for all defects that do not affect the
  /// node.
  func suspicions(_ report: PreflightReport) -> [String] {
    var lines: [String] = []
    for suspicion in report.suspicions where report.prints(suspicion) {
      let (match, advisory) = (suspicion.match, suspicion.match.advisory)
      let text = AdvisoryText(advisory.id)
      if suspicion.status == .unfixed {
        lines.append("defect of every version: \(advisory.reference): \(text.symptom)")
        continue
      }
      let subject =
        switch match.concern {
        case .running: "the running version"
        case .target: "the target version"
        case .change: "the change"
        }
      let fix = text.fixedIn.isEmpty ? "" : " (fix: \(text.fixedIn))"
      lines.append("suspected because of \(subject): \(advisory.reference): \(text.symptom)\(fix)")
    }
    let settled = report.suspicions.filter {
      $0.status == .settled && (report.target != nil || !$0.match.advisory.affectsEveryVersion)
    }.map { suspicion in
      let advisory = suspicion.match.advisory
      return "\(advisory.reference) (\(advisory.decidedBy.map(\.label).joined(separator: ", ")))"
    }
    if !settled.isEmpty {
      lines.append("known defects of this version that do not occur on this node: \(settled.joined(separator: "; "))")
    }
    return lines.map(worded)
  }

  func symptom(_ id: AdvisoryID) -> String { worded(AdvisoryText(id).symptom) }

  func fix(_ id: AdvisoryID) -> String {
    let text = AdvisoryText(id).fixedIn
    return text.isEmpty ? "" : worded(text)
  }

  // MARK: The verdict

  /// The losses in numbers; the findings name the pods.
  func losses(_ report: PreflightReport) -> [String] {
    let losses = [
      (report.podsToLose.count, "would be lost"), (report.podsToDisturb.count, "would stay, but lose containers"),
      (report.podsWithNewAddresses.count, "would stay, but with different addresses"),
      (report.podsReportedDifferently.count, "would stay, but the runtime would report them differently"),
    ]
    return losses.filter { $0.0 > 0 }.map { worded("\(Self.count($0.0, "pod")) \($0.1)") } + reactions(report)
  }

  /// What kubelet will do to the lost pods, as far as their restart policies are known.
  private func reactions(_ report: PreflightReport) -> [String] {
    let lost = report.podsToLose
    guard !lost.isEmpty else { return [] }
    func pods(_ action: PodReaction.Action?) -> [PodName] {
      lost.filter { $0.reaction?.action == action }.map(\.pod)
    }
    var lines: [String] = []
    let (recreated, killed, unknown) = (pods(.recreate), pods(.kill), pods(nil))
    if !recreated.isEmpty { lines.append("kubelet will recreate \(Self.count(recreated.count, "pod"))") }
    if !killed.isEmpty {
      lines.append("kubelet will not recreate \(Self.list(killed.map { "\($0)" })), because of the restartPolicy")
    }
    let remembered = lost.filter { $0.reaction?.endsIfKubeletRuns == true }.map { "\($0.pod)" }
    if !remembered.isEmpty {
      lines.append(
        "if kubelet runs during the change, it ends \(Self.list(remembered)) (restartPolicy) instead, and recreates "
          + "\(remembered.count == 1 ? "it" : "them") only at its next restart")
    }
    if !report.podsToRepeat.isEmpty {
      lines.append(
        "completed pods would run again when kubelet starts, because their records would be gone: "
          + Self.list(report.podsToRepeat.map { "\($0)" }))
    }
    if !unknown.isEmpty, !report.hasSpecifications {
      lines.append(
        "kubelet does not recreate \(unknown.count == lost.count ? "those" : "the others") with restartPolicy Never; --pods "
          + "supplies the policies")
    } else if !unknown.isEmpty {
      lines.append(
        "--pods has no specification of \(Self.list(unknown.map { "\($0)" })): if the restartPolicy is Never, kubelet "
          + "does not recreate the pod")
    }
    let jobs = lost.count { $0.reaction?.owner == "Job" }
    if jobs > 0 { lines.append(Self.cutOff(jobs)) }
    return lines.map(worded)
  }

  /// Returns a line for each violated rule, which explains why the rule matters and what to do about the violation.
  func remedies(_ report: PreflightReport) -> [String] {
    var seen: Set<RuleID> = []
    let rules = report.findings.map(\.rule).filter { $0.severity > .info && seen.insert($0.id).inserted }
    let lines = rules.map { rule in
      let text = self.rule(rule.id)
      return worded("[\(rule.id.label)] \(text.reason); \(label(.remedy)): \(text.remedy)")
    }
    let needsKubelet =
      report.isKubeletStopped && rules.contains { self.rule($0.id).remedy.contains(worded("drain the node")) }
    return needsKubelet ? lines + [worded(Self.orderWithoutKubelet)] : lines
  }

  /// How to drain a node whose kubelet is stopped, because only kubelet confirms that a pod has ended.
  private static let orderWithoutKubelet =
    "kubelet is not running, so a drain cannot end: cordon the node first, start replacements for these pods on other nodes, "
    + "start kubelet, and only then drain the node"

  func conclusion(_ report: PreflightReport) -> String {
    switch report.verdict {
    case .none:
      return worded(
        "no loss predicted: \(Self.count(report.podCount, "ready pod")) would survive the \(Self.change(report))")
    case .unchecked:
      return worded("unknown: no loss was found, but something on which the prediction depends could not be examined")
    case .loss:
      let predictions = Set(report.findings.map(\.rule.predicts))
      let consequence =
        predictions.contains(.daemon)
        ? "; it would not start again" : predictions.contains(.service) ? "; kubelet could not use it afterwards" : ""
      return worded("LOSS PREDICTED: do not \(Self.change(report)) this runtime now\(consequence)")
    }
  }
}

extension PreflightReport {
  /// Whether a suspicion is printed. A defect that affects every version is printed only before a version change.
  fileprivate func prints(_ suspicion: Suspicion) -> Bool {
    suspicion.status == .suspect || suspicion.status == .unfixed && target != nil
  }
}
