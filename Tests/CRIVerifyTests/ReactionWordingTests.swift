import CRIJSON
import CRIMessages
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// The reason of a finding and the prediction about its pod do not contradict each other.
@Suite struct ReactionWordingTests {
  /// Words in a reason, and the actions of kubelet with which they are true.
  private static let claims: [(words: String, actions: Set<Prediction.Action>)] = [
    ("kubelet kills", [.recreate, .kill]), ("kubelet recreates", [.recreate]), ("kubelet replaces", [.recreate]),
    ("kubelet creates a new one", [.recreate]), ("creates a second copy", [.recreate]),
    ("kubelet starts", [.restartContainers, .recreate]), ("and starts the container", [.restartContainers, .recreate]),
    ("kubelet restarts", [.restartContainers, .recreate]), ("and kubelet runs it again", [.recreate]),
    ("kubelet runs a", [.restartContainers, .recreate]), ("until its next restart, and then runs", [.kill]),
    ("kubelet does not recreate", [.kill]), ("kubelet continues", [.keep, .restartContainers]),
  ]

  /// Reasons that mention kubelet without saying what it does to the pod of the finding now.
  private static let others: Set<RuleID> = [
    .podMetadata, .podAttempt, .podCreated, .podLabels, .podNewLabels, .podAnnotations, .podReplaced, .podSuccessor,
    .podClock, .podCollected, .podRecordLost, .podDeleted, .podCutOff, .podDeadUnnoticed, .containerAttempt,
    .containerRestartCount,
    .containerEndedHash, .containerName, .containerLabels, .containerAnnotations, .containerNewHash, .containerMounts,
    .containerResources, .containerCollected, .containerRecordLost, .containerRunsAgain, .containerDeadUnnoticed,
    .containerSeveralRunning, .containerExec, .containerLogPath, .runtimeReady, .runtimeNetwork,
    .runtimeNetworkNotReadyBefore, .runtimeCgroupDriver, .runtimeAPI, .runtimeOldAPI, .runtimeDroppedAPI, .imagePinned,
    .imageUnpinned, .nodeName,
  ]

  private static func expectNoContradiction(_ finding: Finding, _ comment: String) {
    guard let reaction = finding.reaction, reaction.alternatives.isEmpty else { return }
    let reason = ReportText.english.reason(of: finding)
    for (words, actions) in claims where reason.contains(words) {
      #expect(actions.contains(reaction.action), "\(comment): \(reason), but kubelet will \(reaction.action)")
      if reaction.action == .restartContainers, finding.object.kind == .container, !actions.contains(.keep) {
        #expect(reaction.containers.contains(finding.object.name), "\(comment): \(reason)")
      }
    }
  }

  @Test(arguments: Rule.all(of: .verify)) func `no reason contradicts any prediction`(rule: Rule) {
    let pod = PodName(namespace: "default", name: "web", uid: "uid-web")
    let isContainer = rule.id.rawValue.hasPrefix("container.")
    let reason = ReportText.english.rule(rule.id).reason
    let isListed = Self.claims.contains { reason.contains($0.words) } || Self.others.contains(rule.id)
    #expect(!reason.contains("kubelet") || isListed, "what does this say about kubelet? \(reason)")
    for action in Prediction.Action.allCases {
      for containers in [["main"], ["other"]] {
        let object = ObjectName(isContainer ? .container : .pod, pod: pod, name: isContainer ? "main" : "", id: "x")
        var finding = Finding(rule: rule, object: object, before: .none, after: .none)
        var prediction = Prediction(pod: pod, restartPolicy: .never)
        prediction.action = action
        prediction.containers = containers
        finding.join(prediction)
        #expect(finding.prediction == (action == .keep ? nil : prediction))
        Self.expectNoContradiction(finding, "\(rule.id) \(action) \(containers)")
        #expect(!ReportText.english.reason(of: finding).isEmpty)
      }
    }
  }

  @Test(arguments: RuleCase.all) func `no finding contradicts the prediction about its pod`(test: RuleCase) {
    for finding in test.report.findings where !finding.causesPrediction {
      Self.expectNoContradiction(finding, "\(test)")
    }
  }

  @Test(arguments: PolicyUnionTests.Node.all, RestartPolicy.allCases)
  func `no finding contradicts a decision of the table`(node: PolicyUnionTests.Node, policy: RestartPolicy) {
    for finding in node.report(policy, hasKinds: true).findings where !finding.causesPrediction {
      Self.expectNoContradiction(finding, "\(node) \(policy)")
    }
  }

  @Test func `a container that is lost together with its pod is not started again`() throws {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.containers[1].status.state = .running
    before.pods = [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: .never, containers: [])]
    after.containers[1].status.state = .exited
    after.containers.remove(at: 0)
    let report = Report(before, after)
    #expect(report.predictions.first?.action == .kill)
    let finding = try #require(report.findings.first { $0.rule.id == .containerMissing })
    #expect(!finding.causesPrediction && ReportText.english.reason(of: finding) == "the runtime has lost the container")
    let reasons = report.json(exitCode: 1)["findings"]?.arrayValue?.compactMap { $0["reason"]?.stringValue } ?? []
    #expect(reasons.contains("the runtime has lost the container"))
    #expect(!report.text().contains("kubelet starts a new one"))
  }
}
