internal import CRIRules
internal import CRISnapshot
internal import CRIVerify

/// What helps against a loss: a row a remedy, the first one that fits the findings.
struct VerifyRemedy {
  let text: String
  let fits: @Sendable (Loss) -> Bool

  /// The findings that count, and what kubelet makes of them.
  struct Loss {
    let report: Report
    let rules: Set<String>
    let affected: [Prediction]

    /// Whether it is the same runtime in the same boot: only then its own memory is to blame.
    func isSameNode(running name: String) -> Bool {
      let (before, after) = (report.before, report.after)
      let isSameBoot = before.host.bootID == nil || before.host.bootID == after.host.bootID
      return isSameBoot && [before, after].allSatisfy { $0.runtime.hasPrefix(name + " ") }
    }

    /// Whether pods are ready and without the address that they had, although their network is still there.
    var hasForgottenAddresses: Bool {
      let rules: Set = ["pod.netns", "pod.netns-closed", "pod.netns-inode", "pod.network-gone"]
      let gone = Set(report.findings.filter { rules.contains($0.rule.id) }.compactMap(\.object.pod))
      return affected.contains { $0.rule == "C5" && $0.before != "none" && !gone.contains($0.pod) }
    }

    /// Whether kubelet kills pods, at once or later.
    func killsPods(_ trigger: Prediction.Trigger) -> Bool {
      affected.contains { $0.action != .restartContainers && $0.trigger == trigger }
    }
  }

  static func text(_ report: Report, _ threshold: Severity) -> String {
    let rules = report.findings.filter { $0.rule.severity >= threshold }.map(\.rule.id)
    let loss = Loss(report: report, rules: Set(rules), affected: report.affected)
    return table.first { $0.fits(loss) }?.text ?? "do not start kubelet before this is understood"
  }

  static let table: [VerifyRemedy] = [
    VerifyRemedy(text: "its containers were started again: what they did meanwhile is for you to judge") {
      $0.rules == ["container.replaced"]
    },
    VerifyRemedy(text: "its pods were stopped and made anew: what they did meanwhile is for you to judge") {
      !$0.rules.isEmpty && $0.rules.isSubset(of: ["pod.replaced", "container.replaced"])
    },
    VerifyRemedy(text: "kubelet has not made these pods anew: see its log, and wait longer with --wait") {
      let made: Set = ["pod.successor", "container.successor"]
      return !$0.rules.isDisjoint(with: made)
        && $0.rules.isSubset(of: made.union(["image.missing", "image.pinned", "runtime.pause-image"]))
    },
    VerifyRemedy(
      text:
        "do not start kubelet: its next start kills these pods; drain the node, or recreate them one by one (containerd#7843)"
    ) { $0.isSameNode(running: "containerd") && $0.hasForgottenAddresses },
    // CRI-O asks CNI once, when it starts.
    VerifyRemedy(
      text:
        "do not start kubelet: put CNI in order until cri preflight finds nothing, and restart the runtime again, which brings the addresses back"
    ) { $0.isSameNode(running: "cri-o") && $0.hasForgottenAddresses },
    VerifyRemedy(
      text: "keep kubelet stopped, or stop it now: it starts a second of what lives on; drain the node, end that first"
    ) { $0.rules.contains("runtime.orphan") },
    VerifyRemedy(
      text: "keep kubelet stopped, or stop it now: it acts on this as soon as it looks; drain the node first"
    ) { $0.killsPods(.immediate) },
    VerifyRemedy(
      text: "do not start kubelet: its next start kills these pods; drain the node, or recreate them one by one"
    ) { $0.killsPods(.atKubeletRestart) },
    VerifyRemedy(
      text: "do not start kubelet: its next start restarts these containers; drain the node, or restart them one by one"
    ) { loss in
      !loss.affected.isEmpty
        && loss.affected.allSatisfy { $0.action == .restartContainers && $0.trigger == .atKubeletRestart }
    },
    VerifyRemedy(
      text: "kubelet restarts what its pods miss; find out why it ended before other nodes follow"
    ) { $0.affected.contains { $0.action == .restartContainers } },
    VerifyRemedy(
      text: "recreate these pods: neither the runtime nor kubelet notices that their network is broken"
    ) {
      let network: Set = ["pod.network-gone", "pod.network-mismatch", "pod.duplicate-ip", "pod.outside-cidr"]
      return !$0.rules.isEmpty && $0.rules.isSubset(of: network)
    },
    VerifyRemedy(text: "restart these containers when it suits you: until then they run unwatched") {
      $0.rules == ["container.keeper"]
    },
    VerifyRemedy(text: "put the CNI configuration in order: until then the node is NotReady and takes no pods") {
      $0.rules.contains("runtime.network") && $0.rules.isSubset(of: ["runtime.network", "runtime.cni"])
    },
    VerifyRemedy(text: "pull the images again before a pod needs them") {
      !$0.rules.isEmpty && $0.rules.isSubset(of: ["image.missing", "image.pinned", "runtime.pause-image"])
    },
    VerifyRemedy(text: "restart the runtime: an older program than the one on disk is still running") {
      $0.rules == ["runtime.binary"]
    },
  ]
}
