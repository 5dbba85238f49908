import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Pods that kubelet has not recreated after a reboot, which is a loss only with some policies.
@Suite struct UnknownPolicyTests {
  /// - Parameters:
  ///   - policy: The policy that the user supplies; nil if it is unknown.
  ///   - code: The exit codes of the pod's containers after the reboot.
  ///   - labels: Labels of the pod.
  ///   - hasRecords: Whether the runtime has kept the records of the pod.
  private static func report(
    _ policy: RestartPolicy?, code: Int32 = 255, labels: [String: String] = [:], hasRecords: Bool = true,
    scope: Scope = Scope()
  ) -> Report {
    var (before, after) = (Snapshot.before, Snapshot.after(.reboot))
    for (key, value) in labels { before.sandboxes[0].status.labels[key] = value }
    before.containers[1].status.exitCode = code
    after.sandboxes[0] = before.sandboxes[0]
    after.sandboxes[0].status.state = .notReady
    (after.containers[0], after.containers[1]) = (before.containers[0], before.containers[1])
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = code
    if !hasRecords {
      after.sandboxes.removeFirst()
      after.containers.removeFirst(2)
    }
    before.pods = policy.map { [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: $0, containers: [])] }
    return Report(scenario: .reboot, before: before, after: after, scope: scope)
  }

  @Test(arguments: [true, false]) func `with an unknown policy, a missing pod is not verified`(hasRecords: Bool) {
    let report = Self.report(nil, hasRecords: hasRecords)
    #expect(report.verdict() == .unverified && report.verdict().exitCode == 3)
    #expect(report.findings.isEmpty && report.awaitsPods)
    let entry = report.unchecked.first { $0.reason.code == .restartPolicyUnknown }
    #expect(
      entry?.subjectText
        == "new sandbox of default/web (missing if restartPolicy is Always or OnFailure, not needed if it is Never)")
    #expect(entry?.reasonText == "the restartPolicy is unknown; specify the pods with --pods")
    let text = report.text()
    #expect(!text.contains("wait longer") && !text.contains("LOST"), "\(text)")
    #expect(text.contains("(those with restartPolicy Never end)"), "\(text)")
  }

  @Test func `the policies that end the pod depend on the exit codes`() {
    let entry = Self.report(nil, code: 0).unchecked.first { $0.reason.code == .restartPolicyUnknown }
    #expect(
      entry?.subjectText.contains("missing if restartPolicy is Always, not needed if it is OnFailure or Never") == true)
  }

  @Test(arguments: [(RestartPolicy.always, 1), (.onFailure, 1), (.never, 0)] as [(RestartPolicy, Int32)])
  func `with the pod's specification, the result is definite`(policy: RestartPolicy, code: Int32) {
    let report = Self.report(policy)
    #expect(report.verdict().exitCode == code)
    #expect(report.findings.contains { $0.rule.id == .podSuccessor } == (code == 1))
    #expect(!report.unchecked.contains { $0.reason.code == .restartPolicyUnknown })
  }

  @Test(arguments: ["pod-template-hash", "controller-revision-hash"])
  func `a controller that allows only Always makes a missing pod a loss`(label: String) {
    let report = Self.report(nil, labels: [label: "5d4b"])
    #expect(report.verdict() == .lost && report.findings.map(\.rule.id) == [.podSuccessor])
    let prediction = report.predictions.first
    #expect(prediction?.action == .recreate && prediction?.alternatives == [] && prediction?.restartPolicy == nil)
  }

  @Test func `a pod that is out of scope does not leave the verdict open`() {
    #expect(Self.report(nil, scope: Scope(pods: ["proxy"])).verdict() == .intact)
  }
}
