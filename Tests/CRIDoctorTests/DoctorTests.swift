import CRIDoctor
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import TestSupport
import Testing

@Suite struct DoctorTests {
  @Test(arguments: DoctorCase.all)
  func `a rule fires for these objects and for no others`(test: DoctorCase) {
    var facts = DoctorFacts.good
    test.change(&facts)
    let report = DoctorReport(facts)
    let found = report.findings.filter { $0.rule.id.label == test.rule }
    #expect(Set(found.map { "\($0.object)" }) == test.objects)
    #expect(report.unchecked.contains { $0.rule?.label == test.rule } == test.isUnchecked)
  }

  @Test func `every rule has a case that fires and one that stays silent`() {
    #expect(DoctorRules.table.map(\.id) == Rule.all(of: .doctor).map(\.id))
    for rule in DoctorRules.table {
      let cases = DoctorCase.all.filter { $0.rule == rule.id.label }
      #expect(cases.contains { !$0.objects.isEmpty }, "\(rule.id) must fire")
      #expect(cases.contains { $0.objects.isEmpty && !$0.isUnchecked }, "\(rule.id) must not fire")
    }
  }

  @Test func `starting kubelet is not advised while it would kill pods`() {
    var facts = DoctorFacts.good
    facts.snapshot.observed?.kubelet?.processes = .known([])
    func advice(_ facts: DoctorFacts) -> String {
      let report = DoctorReport(facts)
      return ReportFormat.table.text(
        ReportView(report, failingOn: .major, exitCode: report.verdict().exitCode, checked: report.taken))
    }
    #expect(advice(facts).contains("start kubelet (systemctl status kubelet)"))
    facts.snapshot.sandboxes[0].status.network = PodSandboxNetworkStatus()
    #expect(DoctorReport(facts).harmedByKubeletStart == [.networkBroken])
    #expect(advice(facts).contains("do not start kubelet before D32 is resolved"))
    #expect(!advice(facts).contains("start kubelet (systemctl status kubelet)"))
    // kubelet does not notice an interface that is gone.
    facts.snapshot.sandboxes[0].status.network = DoctorFacts.good.snapshot.sandboxes[0].status.network
    facts.snapshot.sandboxes[0].observed?.interfaces = .known([])
    #expect(DoctorReport(facts).findings.contains { $0.rule.id == .networkBroken })
    #expect(advice(facts).contains("start kubelet (systemctl status kubelet)"))
  }

  @Test func `nothing is wrong on a healthy node`() {
    let report = DoctorReport(.good)
    #expect(report.findings.isEmpty && report.unchecked.isEmpty)
    #expect(report.verdict() == .healthy && report.verdict().exitCode == 0)
    #expect(report.pods.map(\.name) == ["web", "proxy"] && report.relist == .milliseconds(6))
  }

  @Test(arguments: DoctorCase.all)
  func `the verdict follows from the severities`(test: DoctorCase) {
    var facts = DoctorFacts.good
    test.change(&facts)
    let report = DoctorReport(facts)
    for threshold in Severity.allCases {
      let isBad = report.findings.contains { $0.rule.severity >= threshold }
      let expected: DoctorReport.Verdict = isBad ? .problems : report.unchecked.isEmpty ? .healthy : .unchecked
      #expect(report.verdict(failingOn: threshold) == expected)
    }
  }

  @Test(arguments: DoctorCase.all) func `a report does not depend on the wording`(test: DoctorCase) {
    var facts = DoctorFacts.good
    test.change(&facts)
    let (report, time) = (DoctorReport(facts), Timestamp(seconds: 1))
    let code = report.verdict().exitCode
    let english = ReportView(report, failingOn: .major, exitCode: code, checked: time)
    let other = ReportView(report, failingOn: .major, exitCode: code, checked: time, text: Rewording.text)
    #expect(Rewording.differences(english, other).isEmpty)
    #expect(Rewording.textsNotReworded(other, verbatim: Set(other.unchecked.map(\.subject))).isEmpty)
  }

  @Test func `problems outweigh what could not be checked`() {
    var facts = DoctorFacts.good
    facts.unreachable = "connection refused"
    (facts.unreadStatus, facts.unlistedSandboxes, facts.unlistedContainers) = ("no", "no", "no")
    let report = DoctorReport(facts)
    #expect(report.findings.map(\.rule.id) == [.runtimeUnreachable])
    #expect(report.verdict() == .problems && report.verdict().exitCode == 1 && report.unchecked.count > 10)
  }

  @Test(arguments: ["D19", "shim.silent"])
  func `an ignored rule does not count and is listed as not checked`(name: String) throws {
    let id = try #require(RuleID(named: name))
    var facts = DoctorFacts.good
    facts.snapshot.sandboxes[0].facts.isShimSilent = true
    #expect(DoctorReport(facts).verdict() == .problems)
    let report = DoctorReport(facts, ignoring: [id])
    #expect(report.verdict() == .healthy && report.findings.isEmpty)
    #expect(report.unchecked == [Unchecked(.rule(id), UnknownReason(.ignored), count: 1)])
  }

  @Test func `the worst finding comes first, and each line names its facts`() {
    var facts = DoctorFacts.good
    facts.setDaemon { $0.openFiles = .known(900) }
    facts.statuses[0] = ObservedStatus(
      .pod(facts.snapshot.sandboxes[0]), sandboxID: "sandbox-web",
      ObservedCall("PodSandboxStatus", .seconds(5), .hanging))
    facts.shims = .known([
      RunningProcess(pid: 900, name: "containerd-shim", state: "T", waitChannel: "do_signal_stop", id: "sandbox-web")
    ])
    let lines = DoctorReport(facts).text().split(separator: "\n").map(String.init)
    #expect(lines[0] == "doctor: containerd 2.2.6 on node-1: process 100, 2 ready pods, lists read in 6 ms")
    #expect(lines[1].hasPrefix("CRITICAL  default/web"))
    #expect(
      lines[1].hasSuffix(
        "no response within 5.0 s; process 900 (containerd-shim) is stopped by a signal in do_signal_stop [D16]"))
    #expect(lines[2].hasPrefix("MAJOR") && lines[2].hasSuffix("limit of open files: 900 of 1000 [D7]"))
    #expect(lines.last == "PROBLEMS: 2 findings of severity major or above")
  }

  @Test func `the document contains the whole report`() throws {
    var facts = DoctorFacts.good
    facts.crash(attempt: 4, secondsAgo: 60, exitCode: 3)
    facts.leases = .unknown("no")
    let document = DoctorReport(facts).json()
    #expect(document["kind"] == "cri-doctor" && document["verdict"] == "problems" && document["exitCode"] == 1)
    let finding = try #require(document["findings"]?[0])
    #expect(finding["rule"] == "D27" && finding["id"] == "container.crash-loop" && finding["severity"] == "major")
    #expect(finding["detail"] == "4 restarts, the last one after exit code 3 (Error), 60 s ago")
    #expect(document["unchecked"]?.arrayValue?.map { $0["rule"]?.stringValue } == ["D38", "D39"])
    let decoded = try ReportDocument(json: document)
    #expect(decoded.kind == .doctor && decoded.findings.count == 1 && decoded.unchecked.count == 2)
  }
}

@Suite struct PodStoryTests {
  @Test func `a story is in order of time and ends with the present`() {
    var facts = DoctorFacts.good
    facts.snapshot.containers[1].status.message = "gave up"
    let pod = facts.snapshot.sandboxes[0].pod
    let story = PodStory(of: pod, in: facts.snapshot, lastLines: ["container-web-job": ["one", "two"]])
    let lines = story.text().split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.count == story.events.count + 1)
    #expect(
      story.events.map(\.kind) == [
        .sandboxCreated(attempt: 0), .containerCreated(attempt: 0), .containerCreated(attempt: 0),
        .containerStarted(attempt: 0), .containerStarted(attempt: 0),
        .containerExited(attempt: 0, code: 3, reason: "Error", message: "gave up"), .logged("one"), .logged("two"),
        .addresses(["10.0.0.2", "fd00::2"]), .sandboxState(isReady: true), .containerState(.running),
      ])
    #expect(story.json()["events"]?[5]?["what"] == "exited with 3: Error: gave up")
  }

  @Test(arguments: [
    ("web", 1), ("default/web", 1), ("uid-web", 1), ("sandbox-w", 1), ("sandbox-", 3), ("", 0), ("nothing", 0),
  ]) func `a pod is found by its names`(word: String, count: Int) {
    #expect(PodStory.pods(named: word, in: DoctorFacts.good.snapshot).count == count)
  }
}
