import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIText
import CRIVerify
import TestSupport
import Testing

/// The view of a verdict, and the output of each format.
@Suite struct VerifyViewTests {
  @Test func `every ready pod is a test, whether it is lost or not`() throws {
    let view = try ReportView.recorded("containerd-1.6.12")
    let ready = try Snapshot.recorded("containerd-1.6.12", .before).sandboxes.filter(\.isReady)
    let junit = try JUnit(ReportFormat.junit.text(view))
    for record in ready {
      let item = try #require(junit.cases.first { $0.name == "pod \(record.pod)" })
      #expect(item.failures.isEmpty == record.isHostNetwork, "\(item)")
      #expect(item.failures.contains { $0.contains("network.ip \(record.ip) → none") } != record.isHostNetwork)
    }
    #expect(junit.suite["tests"] == "\(junit.cases.count)")
    #expect(junit.suite["failures"] == "\(junit.cases.count { !$0.failures.isEmpty })")
    #expect(junit.suite["skipped"] == "\(junit.cases.count { $0.skipped != nil })")
    #expect(junit.suite["errors"] == "0" && junit.suite["hostname"] == "node-1" && junit.suite["time"] == "0")
    #expect(junit.suite["timestamp"] == "2026-11-21T12:41:08")
    #expect(junit.cases.allSatisfy { $0.hasTime && $0.group.hasPrefix("cri.verify.") })
    let tap = TAP(ReportFormat.tap.text(view))
    #expect(tap.plan == tap.tests.count && tap.tests.map(\.name).sorted() == junitNames(junit))
    #expect(tap.tests.count { !$0.isGood } == junit.cases.count { !$0.failures.isEmpty })
    #expect(tap.tests.count { $0.isSkipped } == view.unchecked.count && !view.unchecked.isEmpty)
  }

  /// The names in TAP's format: the verdict with its text.
  private func junitNames(_ junit: JUnit) -> [String] {
    junit.cases.map { $0.name == "verdict" ? "verdict: \($0.failures[0])" : $0.name }.sorted()
  }

  @Test func `a finding that does not count is not a failure`() throws {
    let change = { (_: inout Snapshot, after: inout Snapshot) in after.containers[0].status.imageRef = "sha256:other" }
    for (threshold, isFailure) in [(Severity.minor, true), (.major, false)] {
      let view = try ReportView.recorded("containerd-2.4", failingOn: threshold, change: change)
      let junit = try JUnit(ReportFormat.junit.text(view))
      #expect(junit.cases.contains { !$0.failures.isEmpty } == isFailure)
      #expect(TAP(ReportFormat.tap.text(view)).tests.allSatisfy(\.isGood) != isFailure)
      let github = ReportFormat.github.text(view)
      #expect(github.contains("::error ") == isFailure && github.contains("::warning ") != isFailure)
    }
  }

  @Test func `a loss with --warn-only is neither a failure nor a success`() throws {
    let view = try ReportView.recorded("containerd-1.6.12", exitCode: 0)
    #expect(view.verdict.level == .warning)
    #expect(ReportFormat.nagios.text(view).hasPrefix("CRI VERIFY WARNING - LOST"))
    #expect(try JUnit(ReportFormat.junit.text(view)).suite["failures"] == "0")
    #expect(!TAP(ReportFormat.tap.text(view)).tests.contains { !$0.isGood })
    #expect(!ReportFormat.github.text(view).contains("::error"))
  }

  @Test(arguments: ["vacuous", "unverified"]) func `a missing verdict is not a success`(word: String) throws {
    let view = try ReportView.recorded("containerd-2.4") { before, after in
      if word == "vacuous" {
        after.daemon = before.daemon
      } else {
        after.unchecked = [Unchecked(.recorded("x"), "y", isRequired: true)]
      }
    }
    #expect(view.verdict.word == word && view.verdict.level == .unknown)
    let junit = try JUnit(ReportFormat.junit.text(view))
    #expect(junit.suite["errors"] == "1" && junit.cases[0].errors.count == 1)
    #expect(TAP(ReportFormat.tap.text(view)).tests.first?.isGood == false)
    let samples = try Prometheus(ReportFormat.prometheus.text(view)).samples
    #expect(
      samples.filter { $0.name == "cri_verify_verdict" && $0.value == "1" }.map { $0.labels["verdict"] } == [word])
    #expect(ReportFormat.github.text(view).hasPrefix("::error title=cri verify::"))
  }

  @Test func `a missing verdict with --warn-only is a warning for GitHub`() throws {
    let view = try ReportView.recorded("containerd-2.4", exitCode: 0) { before, after in after.daemon = before.daemon }
    #expect(ReportFormat.github.text(view).hasPrefix("::warning title=cri verify::"))
  }

  @Test func `two files have no series in common`() throws {
    func series(_ name: String) throws -> Set<[String: String]> {
      var view = try ReportView.recorded("containerd-1.6.12")
      view.fileName = name
      let samples = try Prometheus(ReportFormat.prometheus.text(view)).samples
      return Set(samples.map { $0.labels.merging(["__name__": $0.name]) { $1 } })
    }
    let (reboot, upgrade) = (try series("reboot"), try series("upgrade"))
    #expect(reboot.isDisjoint(with: upgrade) && reboot.count == upgrade.count && reboot.count > 10)
    #expect(reboot.allSatisfy { $0["report"] == "reboot" })
    #expect(try series("").allSatisfy { $0["report"] == nil })
  }

  @Test func `a snapshot of another node has no tests that pass`() throws {
    let view = try ReportView.recorded("containerd-2.4") { _, after in
      after.host.machineID = "another"
      after.host.bootID = "another"
    }
    #expect(view.subjects.isEmpty)
    #expect(TAP(ReportFormat.tap.text(view)).tests.allSatisfy { !$0.isGood || $0.isSkipped })
  }

  @Test(arguments: [
    (ReportVerdict.Level.good, Int32(0), "OK", Int32(0)), (.warning, 0, "WARNING", 1), (.bad, 1, "CRITICAL", 2),
    (.bad, 5, "CRITICAL", 2), (.unknown, 2, "UNKNOWN", 3), (.unknown, 3, "UNKNOWN", 3), (.unknown, 4, "UNKNOWN", 3),
    (.warning, 6, "WARNING", 1),
  ])
  func `nagios has its own exit codes`(level: ReportVerdict.Level, code: Int32, word: String, nagios: Int32) {
    let view = ReportView.ending(level, code)
    #expect(ReportFormat.nagios.exitCode(view.verdict) == nagios)
    #expect(ReportFormat.nagios.text(view).hasPrefix("CRI VERIFY \(word) - "))
    for format in ReportFormat.allCases where format != .nagios { #expect(format.exitCode(view.verdict) == code) }
  }

  @Test func `nagios gets the counts`() throws {
    let line = ReportFormat.nagios.text(try .recorded("containerd-1.6.12"))
    #expect(line.hasSuffix(" | pods=3 lost=2 ip_lost=2 recreate=2 restart=0\n"), "\(line)")
    let good = ReportFormat.nagios.text(try .recorded("containerd-1.6.20"))
    #expect(good.hasPrefix("CRI VERIFY OK - intact") && good.contains("pods=3 lost=0 ip_lost=0 recreate=0"))
  }

  @Test func `the verdict includes the failure of the guarded command`() throws {
    let view = try ReportView.recorded("containerd-2.4", exitCode: 6, failure: "x ended with exit code 7")
    #expect(view.verdict.level == .warning)
    for format in ReportFormat.allCases where ![.json, .yaml, .nagios, .prometheus].contains(format) {
      #expect(format.text(view).contains("x ended with exit code 7"), "\(format)")
    }
    #expect(try JUnit(ReportFormat.junit.text(view)).suite["failures"] == "1")
  }

  // MARK: Prometheus

  @Test func `series have a type and unique labels`() throws {
    let view = try ReportView.recorded("containerd-1.6.12") { before, after in
      // Two containers with the same name, as after a container has been started twice.
      guard var twin = before.containers.first(where: \.isRunning) else { return }
      twin.status.id += "twin"
      before.containers.append(twin)
      after.containers.removeAll { $0.name == twin.name }
    }
    let metrics = try Prometheus(ReportFormat.prometheus.text(view))
    #expect(Set(metrics.samples.map { "\($0.name) \($0.labels)" }).count == metrics.samples.count)
    #expect(metrics.samples.allSatisfy { metrics.types[$0.name] == "gauge" && $0.name.hasPrefix("cri_verify_") })
    #expect(metrics.samples.contains { $0.labels["rule"] == "container.missing" && $0.value == "2" })
    #expect(metrics.samples.first { $0.name == "cri_verify_timestamp_seconds" }?.value == "1795264868.25")
    #expect(metrics.samples.first { $0.name == "cri_verify_pods_without_address" }?.value == "2")
  }

  // MARK: The table

  @Test func `findings of one pod are grouped, the worst first`() throws {
    let table = ReportFormat.table.text(try .recorded("containerd-1.6.12"))
    let lines = table.split(separator: "\n").map(String.init)
    let first = try #require(lines.firstIndex { $0.contains("default/p-web ") })
    #expect(lines[first].hasPrefix("CRITICAL  default/p-web"))
    #expect(lines[first].hasSuffix("kubelet will recreate the pod at its next restart [pod.ip, C5]"))
    #expect(lines[first + 1].hasPrefix("MAJOR") && lines[first + 1].hasSuffix("]"))
    #expect(lines.count { $0.contains("default/p-web") } == 1)
    #expect(lines.contains("kubelet will kill and recreate 2 pods (those with restartPolicy Never are only killed)"))
    #expect(lines.contains("kubelet keeps 1 pod"))
    #expect(lines.last?.hasPrefix("LOST: state of 2 objects; ") == true)
  }

  @Test func `the first line names the chosen scenario and the reason`() throws {
    let kubelet = { (pid: Int32) in
      ObservedNode(kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: pid, startTime: 4)])))
    }
    let view = try ReportView.recorded("containerd-1.6.20", scenario: nil) { before, after in
      (before.observed, after.observed) = (kubelet(40), kubelet(41))
      after.daemon = before.daemon
    }
    #expect(view.title.hasPrefix("kubelet-restart of containerd 1.6.20"), "\(view.title)")
    #expect(
      view.title.hasSuffix("not restarted (kubelet has a new process, but the runtime does not)"), "\(view.title)")
  }

  @Test(arguments: [true, false, nil]) func `the sentences about kubelet depend on whether it runs`(
    isRunning: Bool?
  ) throws {
    let view = try ReportView.recorded("containerd-1.6.12") { _, after in
      let instances = isRunning == true ? [ObservedKubelet.Instance(pid: 40, startTime: 4)] : []
      after.observed = isRunning.map { _ in ObservedNode(kubelet: ObservedKubelet(processes: .known(instances))) }
    }
    let text = ReportFormat.table.text(view)
    let lines = text.split(separator: "\n").map(String.init)
    let isStopped = isRunning == false
    let time = isStopped ? "when it starts" : "at its next restart"
    #expect(lines.count { $0.hasSuffix("kubelet will recreate the pod \(time) [pod.ip, C5]") } == 2, "\(lines)")
    #expect(lines.contains(isStopped ? "kubelet will keep 1 pod" : "kubelet keeps 1 pod"))
    #expect(lines.contains { $0.hasPrefix("a crash, a failing probe or a deletion") } != isStopped)
    let start = isRunning == true ? "do not restart kubelet" : "do not start kubelet"
    #expect(lines.last?.contains(start) == true)
    #expect(!isStopped || !text.contains("immediately"))
  }

  /// Without a record, kubelet knows from the API that a pod's containers had run, but nothing about a static pod.
  @Test(arguments: [("file", ""), ("api", " (those with restartPolicy Never end)")])
  func `a pod that is recreated under every policy has no condition`(source: String, condition: String) throws {
    let view = try ReportView.recorded("containerd-1.6.20") { before, after in
      guard let index = after.sandboxes.firstIndex(where: \.isReady),
        let old = before.sandboxes.firstIndex(where: { $0.id == after.sandboxes[index].id })
      else { return }
      before.sandboxes[old].status.annotations["kubernetes.io/config.source"] = source
      let id = after.sandboxes.remove(at: index).id
      after.containers.removeAll { $0.sandboxID == id }
    }
    let lines = ReportFormat.table.text(view).split(separator: "\n").map(String.init)
    #expect(lines.contains("kubelet will recreate 1 pod without a sandbox\(condition)"), "\(lines)")
  }

  @Test func `a pod's containers are listed under it`() throws {
    let view = try ReportView.recorded("containerd-2.4") { _, after in
      guard let container = after.containers.firstIndex(where: \.isRunning),
        let pod = after.sandboxes.firstIndex(where: { $0.id == after.containers[container].sandboxID })
      else { return }
      after.sandboxes[pod].status.state = .notReady
      after.containers.remove(at: container)
    }
    let lines = ReportFormat.table.text(view).split(separator: "\n")
    #expect(
      lines[1].hasPrefix("CRITICAL  ") && lines[1].contains("kubelet will recreate the pod immediately [pod.state, C3]")
    )
    #expect(lines[2].contains("[container.missing]") && lines[2].hasPrefix("CRITICAL    "), "\(lines[2])")
  }

  @Test func `kubelet's action is printed even if no finding predicts it`() throws {
    let view = try ReportView.recorded("containerd-2.4") { _, after in
      guard let index = after.sandboxes.firstIndex(where: \.isReady) else { return }
      after.sandboxes[index].status.labels["io.kubernetes.pod.uid"] = nil
    }
    let lines = ReportFormat.table.text(view).split(separator: "\n")
    #expect(lines[1].contains("kubelet will recreate the pod") && lines[1].contains("[C1]"), "\(lines)")
    #expect(lines[2].hasPrefix("CRITICAL") && lines[2].contains("[pod.labels]"))
  }

  @Test func `250 lost pods have 250 groups and few lines`() throws {
    let view = try ReportView.recorded("containerd-1.6.12") { before, after in
      func multiply(_ snapshot: inout Snapshot) {
        let model = snapshot.sandboxes.first { $0.pod.name == "p-web" }
        snapshot.sandboxes = (0..<250).compactMap { number in
          model.map { model in
            var record = model
            record.status.id += "\(number)"
            record.status.metadata?.name = "pod-\(number)"
            record.status.metadata?.uid = "uid-\(number)"
            record.status.labels["io.kubernetes.pod.uid"] = "uid-\(number)"
            record.facts.networkNamespace? += "\(number)"
            return record
          }
        }
        snapshot.containers = []
      }
      multiply(&before)
      multiply(&after)
    }
    let lines = ReportFormat.table.text(view).split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("CRITICAL  default/pod-") } == 250)
    #expect(lines.allSatisfy { $0.utf8.count < 160 })
    #expect(lines.count - lines.count { $0.hasPrefix("CRITICAL") || $0.hasPrefix("MAJOR") } < 8)
    // A reason that all findings share is printed once.
    let reason = "the runtime needs the CNI result to remove the pod's network"
    #expect(lines.filter { $0.contains(reason) } == ["[pod.cni] \(reason)"])
    #expect(lines.count { $0.hasSuffix(" → none [pod.cni]") } == 250)
    #expect(lines.count { $0.hasSuffix("kubelet will recreate the pod at its next restart [pod.ip, C5]") } == 250)
    #expect(lines.contains { $0.hasPrefix("kubelet will kill and recreate 250 pods") })
  }

  @Test(arguments: [
    ("ended", "kubelet will restart containers in 1 pod (if restartPolicy allows it)"),
    ("unknown", "kubelet will restart containers in 1 pod (if restartPolicy allows it)"),
    ("hash", "kubelet will restart containers in 1 pod"),
    ("missing", "kubelet will restart containers in 1 pod (if restartPolicy allows it)"),
    ("two", "kubelet will restart containers in 2 pods (in 1 of them only if restartPolicy allows it)"),
  ])
  func `restartPolicy matters only for containers that are not running`(change: String, line: String) throws {
    let view = try ReportView.recorded("containerd-1.6.20") { before, after in
      let running = after.containers.indices.filter { after.containers[$0].isRunning }
      guard let first = running.first,
        let other = running.first(where: { after.containers[$0].sandboxID != after.containers[first].sandboxID })
      else { return }
      switch change {
      case "unknown": after.containers[first].status.state = .unknown
      case "hash":
        before.containers[first].status.annotations["io.kubernetes.container.hash"] = "1"
        after.containers[first].status.annotations["io.kubernetes.container.hash"] = "2"
      case "missing": after.containers.remove(at: first)
      default: after.containers[first].status.state = .exited
      }
      if change == "two" {
        before.containers[other].status.annotations["io.kubernetes.container.hash"] = "1"
        after.containers[other].status.annotations["io.kubernetes.container.hash"] = "2"
      }
    }
    let lines = ReportFormat.table.text(view).split(separator: "\n").map(String.init)
    #expect(lines.contains(line), "\(lines)")
  }

  @Test func `a pod that ends is printed with its restartPolicy`() throws {
    let view = try ReportView.recorded("containerd-1.6.12") { before, after in
      guard let index = before.sandboxes.firstIndex(where: { $0.pod.name == "p-web" }) else { return }
      before.sandboxes[index].status.annotations["kubernetes.io/config.source"] = "file"
      before.host.name = "web"
      let pod = StaticPod(namespace: "default", name: "p", restartPolicy: .never)
      before.observed = ObservedNode(kubelet: ObservedKubelet(staticPods: .known([pod])))
      _ = after
    }
    let table = ReportFormat.table.text(view)
    #expect(
      table.contains(": kubelet will kill the pod, whose restartPolicy is Never, at its next restart ["), "\(table)")
  }

  /// Ignoring a rule does not make the rest complete.
  @Test(
    arguments: [
      (
        [.podIP, .podCNI, .podAdditionalIPs],
        "intact apart from findings that do not count (pod.additional-ips, pod.cni, pod.ip): kubelet keeps 1 of 3 ready pods, nothing else is lost"
      ),
      ([.imageMissing], "LOST"), ([], "LOST"),
    ] as [([RuleID], String)])
  func `a verdict names the rules whose findings do not count`(ignored: [RuleID], line: String) throws {
    let (before, after) = (
      try Snapshot.recorded("containerd-1.6.12", .before), try Snapshot.recorded("containerd-1.6.12", .after)
    )
    let report = Report(
      scenario: .restart, before: before, after: after, scope: Scope(ignoredRules: Set(ignored)))
    let view = ReportView(report, failingOn: .major, exitCode: 0, checked: ReportView.time)
    #expect(view.verdict.line.hasPrefix(line), "\(view.verdict.line)")
  }

  @Test func `a pod that was too young and is gone is not counted as kept`() throws {
    let view = try ReportView.recorded("containerd-1.6.20") { before, after in
      guard let index = before.sandboxes.firstIndex(where: \.isReady) else { return }
      before.sandboxes[index].status.createdAt = before.taken
      let id = before.sandboxes[index].id
      after.sandboxes.removeAll { $0.id == id }
      for index in before.containers.indices where before.containers[index].sandboxID == id {
        before.containers[index].status.createdAt = before.taken
      }
      after.containers.removeAll { $0.sandboxID == id }
    }
    let words = "intact apart from findings that do not count (pod.young): kubelet keeps 2 of 3 ready pods"
    #expect(view.verdict.line.hasPrefix(words), "\(view.verdict.line)")
  }

  @Test func `a few findings are each printed with their reason`() throws {
    let lines = ReportFormat.table.text(try .recorded("containerd-1.6.12")).split(separator: "\n")
    #expect(lines.count { $0.hasSuffix("the runtime needs the CNI result to remove the pod's network [pod.cni]") } == 2)
    #expect(!lines.contains { $0.hasPrefix("[") })
  }

  @Test func `colours appear only in the table, and only if enabled`() throws {
    let view = try ReportView.recorded("containerd-1.6.12")
    for format in ReportFormat.allCases {
      #expect(!format.text(view).contains("\u{1b}"))
      #expect(format.text(view, style: TextStyle(isColoured: true)).contains("\u{1b}") == (format == .table))
    }
  }
}
