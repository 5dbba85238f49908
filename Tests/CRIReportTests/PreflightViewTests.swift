import CRIJSON
import CRIPreflight
import CRIReport
import CRISnapshot
import TestSupport
import Testing

/// The view of a prediction, and the output of each format.
@Suite struct PreflightViewTests {
  /// The view for the recorded containerd 1.6.12, which has no address on disk.
  private static func view(
    _ exitCode: Int32 = 5, to target: String = "1.6.15", kubelet: [ObservedKubelet.Instance]? = nil
  ) throws -> (ReportView, PreflightReport) {
    var snapshot = try Snapshot.recorded("containerd-1.6.12", .before)
    if let kubelet {
      var observed = snapshot.observed ?? ObservedNode()
      observed.kubelet = ObservedKubelet(processes: .known(kubelet), podDirectories: .known([]))
      snapshot.observed = observed
    }
    let records = snapshot.sandboxes.map { sandbox in
      var record = DiskSandbox(of: sandbox)
      (record.ip, record.interfaces) = ("", nil)
      return record
    }
    let containers = snapshot.containers.map { DiskContainer(of: $0) }
    let facts = PreflightFacts(
      snapshot: snapshot, target: RuntimeVersion(target),
      containerd: ContainerdDisk(records: .known(DiskRecords(sandboxes: records, containers: containers))))
    let report = PreflightReport(facts)
    return (ReportView(report, exitCode: exitCode, checked: ReportView.time), report)
  }

  @Test func `every ready pod is a test`() throws {
    let (view, report) = try Self.view()
    #expect(report.verdict == .loss && report.podsToLose.count == 2 && report.podCount == 3)
    let junit = try JUnit(ReportFormat.junit.text(view))
    for pod in report.pods {
      let item = try #require(junit.cases.first { $0.name == "pod \(pod)" && $0.group == "cri.preflight.pod" })
      #expect(item.failures.isEmpty != report.podsToLose.contains { $0.pod == pod })
    }
    #expect(junit.suite["failures"] == "3" && junit.suite["skipped"] == "\(view.unchecked.count)")
    #expect(TAP(ReportFormat.tap.text(view)).tests.count { !$0.isGood } == 3)
    // A target version with a known defect is a separate failure, reported for the runtime.
    let defective = try Self.view(to: "1.6.14").0
    #expect(TAP(ReportFormat.tap.text(defective)).tests.count { !$0.isGood } == 4)
  }

  @Test func `the table names the pods, what would be lost, and what to do instead`() throws {
    let lines = ReportFormat.table.text(try Self.view().0).split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("preflight: upgrade of containerd 1.6.12+unknown to 1.6.15 on node-1") == true)
    #expect(lines.count { $0.hasPrefix("CRITICAL  ") && $0.hasSuffix("[P1]") } == 2)
    #expect(lines.contains("2 pods would be lost"))
    #expect(lines.count { $0.hasPrefix("[P1] ") && $0.contains("remedy: ") } == 1)
    #expect(lines.last?.hasPrefix("LOSS PREDICTED: do not upgrade") == true)
  }

  @Test(arguments: [(true, 1), (false, 0)])
  func `a drain is preceded by the steps that it needs if kubelet is stopped`(isStopped: Bool, count: Int) throws {
    let instances = isStopped ? [] : [ObservedKubelet.Instance(pid: 7, startTime: 1)]
    let lines = ReportFormat.table.text(try Self.view(kubelet: instances).0).split(separator: "\n").map(String.init)
    #expect(lines.count { $0.hasPrefix("[P1] ") && $0.contains("drain the node") } == 1, "\(lines)")
    #expect(lines.count { $0.contains("so a drain cannot end: cordon the node first") } == count, "\(lines)")
  }

  @Test(arguments: [
    ("1.6.12", "restart", "containerd 1.6.12+unknown"), ("1.6.8", "downgrade", "containerd 1.6.12+unknown to 1.6.8"),
  ])
  func `the change has its proper name`(target: String, name: String, versions: String) throws {
    let lines = ReportFormat.table.text(try Self.view(to: target).0).split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("preflight: \(name) of \(versions) on node-1: ") == true, "\(lines)")
    #expect(lines.last?.hasPrefix("LOSS PREDICTED: do not \(name)") == true)
  }

  @Test func `the metrics have the expected values`() throws {
    let (view, report) = try Self.view()
    let suspects = report.suspicions.count { $0.status == .suspect }
    #expect(ReportFormat.nagios.text(view).hasPrefix("CRI PREFLIGHT CRITICAL - LOSS PREDICTED"))
    #expect(ReportFormat.nagios.text(view).hasSuffix(" | pods=3 lost=2 disturbed=0 suspect=\(suspects)\n"))
    #expect(ReportFormat.nagios.exitCode(view.verdict) == 2)
    let samples = try Prometheus(ReportFormat.prometheus.text(view)).samples
    #expect(
      samples.contains { $0.name == "cri_preflight_verdict" && $0.labels["verdict"] == "loss" && $0.value == "1" })
    #expect(samples.contains { $0.name == "cri_preflight_pods_to_lose" && $0.value == "2" })
    #expect(samples.first { $0.name == "cri_preflight_info" }?.labels["target"] == "1.6.15")
  }

  @Test(arguments: [ReportCheck.verify, .preflight])
  func `every format reports a check that failed`(check: ReportCheck) throws {
    let view = ReportView(
      failed: check, reason: "the runtime is not running", exitCode: 3, checked: ReportView.time, node: "node-1")
    for format in ReportFormat.allCases where format != .prometheus {
      #expect(format.text(view).contains("the runtime is not running"), "\(format)")
    }
    let document = try JSON.parse(ReportFormat.json.text(view))
    #expect(document["kind"]?.stringValue == (check == .verify ? "cri-report" : "cri-preflight"))
    #expect(document["verdict"] == "failed" && document["exitCode"] == 3 && document["schema"] == 1)
    let samples = try Prometheus(ReportFormat.prometheus.text(view)).samples
    #expect(samples.filter { $0.value == "1" }.map(\.labels) == [["verdict": "failed"]])
    #expect(samples.count { $0.name == "cri_\(check.rawValue)_verdict" } == (check == .verify ? 5 : 4))
    #expect(ReportFormat.tap.text(view).contains("\nBail out! "))
    let suite = try JUnit(ReportFormat.junit.text(view)).suite
    #expect(suite["errors"] == "1" && suite["hostname"] == "node-1")
    #expect(ReportFormat.github.text(view).hasPrefix("::error title=cri"))
    #expect(ReportFormat.nagios.exitCode(view.verdict) == 3)
  }
}
