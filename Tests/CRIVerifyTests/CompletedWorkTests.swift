import CRIMessages
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Containers that end on their own between the snapshots, while nothing restarts them.
@Suite struct CompletedWorkTests {
  private static func report(
    _ policy: RestartPolicy?, exitCode: Int32, isReady: Bool = true, others: Bool = false
  ) -> Report {
    var (before, after) = (Snapshot.before, Snapshot.after)
    if !others { after.containers.removeAll { $0.name == "job" && $0.sandboxID == after.sandboxes[0].id } }
    if !others { before.containers.removeAll { $0.name == "job" && $0.sandboxID == before.sandboxes[0].id } }
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = exitCode
    after.containers[0].status.reason = exitCode == 0 ? "Completed" : "Error"
    if !isReady { after.sandboxes[0].status.state = .notReady }
    if let policy {
      before.pods = [
        PodSpecification(
          pod: before.sandboxes[0].pod, restartPolicy: policy,
          containers: ["nginx", "job"].map { PodSpecification.Container($0, .regular) })
      ]
    }
    return Report(before, after)
  }

  private static func rules(_ report: Report) -> [String] { report.findings.map(\.rule.id.rawValue) }

  @Test(arguments: [RestartPolicy.never, .onFailure], [true, false])
  func `work that is completed during the restart is not a loss`(policy: RestartPolicy, isReady: Bool) {
    let report = Self.report(policy, exitCode: 0, isReady: isReady)
    #expect(report.verdict() == .intact, "\(report.text())")
    #expect(Self.rules(report).contains("container.finished-job"))
    #expect(Self.rules(report).contains("pod.finished") == !isReady)
  }

  @Test(
    arguments: [(RestartPolicy.never, 255), (.never, 1), (.onFailure, 1), (.always, 0), (nil, 0)]
      as [(RestartPolicy?, Int32)])
  func `any other end is a loss`(policy: RestartPolicy?, exitCode: Int32) {
    let report = Self.report(policy, exitCode: exitCode)
    #expect(report.verdict() == .lost && Self.rules(report).contains("container.state"), "\(report.text())")
  }

  @Test func `a pod that stops although another container was running is a loss`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for index in before.containers.indices where before.containers[index].sandboxID == before.sandboxes[0].id {
      before.containers[index].status.state = .running
    }
    after.containers[0].status.state = .exited
    after.sandboxes[0].status.state = .notReady
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .never,
        containers: ["nginx", "job"].map { PodSpecification.Container($0, .regular) })
    ]
    after.containers.removeAll { $0.name == "job" }
    #expect(Report(before, after).verdict() == .lost)
  }

  @Test func `an old process of a pod is not harmless if kubelet's pods are unknown`() {
    func report(_ directories: Observation<Set<String>>?, podUID: String?) -> Report {
      var (before, after) = (Snapshot.before, Snapshot.after)
      var orphan = Orphan(kind: .shim, id: "x", pid: 50, startTime: 1, processes: [51])
      orphan.podUID = podUID
      let node = ObservedNode(
        orphans: .known([orphan]), kubelet: ObservedKubelet(processes: .known([]), podDirectories: directories))
      (before.observed, after.observed) = (node, node)
      return Report(before, after)
    }
    let unknown = report(nil, podUID: "u")
    #expect(unknown.verdict() == .unverified, "\(unknown.text())")
    #expect(unknown.text().contains("kubelet's pod directories"), "\(unknown.text())")
    #expect(report(.known([]), podUID: "u").verdict() == .unverified)
    #expect(report(.known(["other"]), podUID: "u").verdict() == .intact)
    #expect(report(nil, podUID: nil).verdict() == .intact)
  }

  @Test func `a node on which everything is lost is not treated as one without pods`() {
    var snapshot = Snapshot.before
    let orphan = Orphan(kind: .shim, id: "x", pid: 50, startTime: 1, processes: [51], podUID: "u")
    let node = ObservedNode(orphans: .known([orphan]), kubelet: ObservedKubelet(processes: .known([])))
    (snapshot.sandboxes, snapshot.containers, snapshot.observed) = ([], [], node)
    let report = Report(scenario: .kubeletRestart, before: snapshot, after: snapshot)
    #expect(report.verdict() == .unverified, "\(report.text())")
  }

  @Test func `a container that is left ended beside others needs its work repeated`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.containers[1].status.state = .running
    after.containers[1] = before.containers[1]
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = 3
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .never,
        containers: ["nginx", "job"].map { PodSpecification.Container($0, .regular) })
    ]
    let report = Report(before, after)
    #expect(report.verdict() == .lost && report.remedy() == .repeatWork, "\(report.text())")
  }
}
