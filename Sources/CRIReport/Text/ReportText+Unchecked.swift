internal import CRIRules
package import CRISnapshot

/// An unchecked subject and its reason, as text.
package struct UncheckedText: Hashable, Sendable {
  /// The subject; empty if the reason is sufficient.
  package var subject: String
  package var reason: String

  package init(subject: String, reason: String) {
    self.subject = subject
    self.reason = reason
  }

  /// The subject and the reason in one line.
  package var line: String { subject.isEmpty ? reason : "\(subject): \(reason)" }
}

extension ReportText {
  /// - Parameter hasRoot: Whether the command has the option `--root`.
  package func unchecked(_ entry: Unchecked, hasRoot: Bool = false) -> UncheckedText {
    let side = entry.isFromEarlierSnapshot ? " (before)" : ""
    var (subject, reason) = (Self.text(of: entry.subject), Self.text(of: entry.reason))
    if hasRoot, [.notOnNode, .foreignDirectory].contains(entry.reason.code) {
      reason += ", or specify the root of its file system with --root"
    }
    if entry.object != nil, entry.count > 1 {
      subject += " and \(Self.count(entry.count - 1, "other object"))"
    } else if entry.reason.code == .ignored {
      reason += ", \(Self.count(entry.count, "finding"))"
    } else if entry.count > 1 {
      reason += " (\(entry.count) times)"
    }
    return UncheckedText(subject: worded(subject + side), reason: worded(reason))
  }

  private static func text(of subject: UncheckedSubject) -> String {
    switch subject {
    case .details(let object, _): text(of: object)
    case .images: "images"
    case .source(let source): text(of: source)
    case .ociRuntimeVersion(let path): "version of \(path)"
    case .recorded(let text): text
    case .otherPods: "all other pods, and the images"
    case .namespace(let name): "namespace \(name)"
    case .rule(let id): id.label
    case .restartPolicies(let pods): "restartPolicy of static pods \(list(pods.map { "\($0)" }))"
    case .networks(let pods): "networks of \(pods.count > 3 ? "\(pods.count) pods" : list(pods.map { "\($0)" }))"
    case .successors(let count): "new sandboxes of \(self.count(count, "pod"))"
    case .endings(let pods, let ending):
      "new \(pods.count == 1 ? "sandbox" : "sandboxes") of \(list(pods.map { "\($0)" })) (missing if restartPolicy is "
        + "\(policies(RestartPolicy.allCases.filter { !ending.contains($0) })), not needed if it is \(policies(ending)))"
    case .pauseProcesses(let count, let all): "pause processes of \(count) of \(self.count(all, "pod"))"
    case .announced(let count):
      "\(self.count(count, "object")) that the runtime had announced after the compared state was read"
    case .kernelFacts: "processes, network namespaces and the addresses in them"
    case .daemonRestart: "whether the daemon was restarted"
    case .nodeReboot: "whether the node was rebooted"
    case .nodeName: "whether kubelet uses the new host name as the node's name"
    case .kubeletRestart: "whether kubelet was restarted"
    case .runtimeHandlers: "runtime handlers"
    case .pauseImage: "whether the pause image exists"
    case .restart: "what a restart would lose"
    case .advisories: "advisories"
    case .bundledRuntime: "advisories of the bundled runtime"
    }
  }

  private static func text(of object: ObjectName) -> String {
    switch object.kind {
    case .pod: "sandbox \(object.id)" + (object.pod.map { " of \($0)" } ?? "")
    case .container:
      "container \(object.id)"
        + (object.pod != nil || !object.name.isEmpty ? " of \(object)" : "")
    default: "\(object)"
    }
  }

  private static func text(of source: ObservedSource) -> String {
    switch source {
    case .podNetworkNamespaces: "network namespaces of pods"
    case .podInterfaces: "interfaces of pods"
    case .podProcesses: "processes of pods"
    case .processNetworkNamespaces: "network namespaces of processes"
    case .cniResults: "CNI results of pods"
    case .hostLocalLeases: "host-local leases of pods"
    case .containerProcesses: "processes of containers"
    case .logFiles: "log files of containers"
    case .execProbes: "processes started in containers"
    case .orphans: "orphaned processes"
    case .ociRuntimes: "OCI runtimes"
    case .kubeletPodDirectories: "kubelet's pod directories"
    case .staticPods: "kubelet's static pods"
    }
  }
}
