import CRIMessages
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// The verdicts about recorded restarts of real runtimes.
@Suite struct RecordedRestartTests {
  @Test func `containerd 1.6.12 loses the addresses of all pods that have their own network`() throws {
    let report = try Self.report("containerd-1.6.12")
    let before = try Snapshot.recorded("containerd-1.6.12", .before)
    let losers = before.sandboxes.filter { $0.isReady && !$0.isHostNetwork }
    try #require(losers.count == 2)

    let findings = report.findings.filter { $0.rule.id.label == "pod.ip" }
    #expect(Set(findings.map(\.object.id)) == Set(losers.map(\.id)))
    for finding in findings {
      #expect(finding.rule.severity == .critical)
      #expect(finding.beforeText == losers.first { $0.id == finding.object.id }?.ip)
      #expect(finding.after == .none)
    }
    #expect(report.verdict() == .lost)
    #expect(report.verdict(failingOn: .critical) == .lost)
  }

  @Test func `kubelet will recreate those pods at its next restart and keep the others`() throws {
    let report = try Self.report("containerd-1.6.12")
    let before = try Snapshot.recorded("containerd-1.6.12", .before)
    #expect(report.predictions.count == before.sandboxes.count { $0.isReady })
    for record in before.sandboxes {
      let prediction = report.predictions.first { $0.pod == record.pod }
      if !record.isReady {
        #expect(prediction == nil)
      } else if record.isHostNetwork {
        #expect(prediction?.action == .keep)
        #expect(prediction?.rule == nil && prediction?.trigger == nil)
      } else {
        #expect(prediction?.action == .recreate)
        #expect(prediction?.rule == .c5)
        #expect(prediction?.field == .ip)
        #expect(prediction?.before == .text(record.ip))
        #expect(prediction?.after == FindingValue.none)
        #expect(prediction?.trigger == .atKubeletRestart)
      }
    }
  }

  @Test(arguments: Recording.runtimes.dropFirst())
  func `a restart without loss has no finding above info`(runtime: String) throws {
    let report = try Self.report(runtime)
    let findings = report.findings.filter { $0.rule.severity > .info }
    #expect(findings.isEmpty)
    #expect(report.verdict(failingOn: .minor) == .intact)
    #expect(report.affected.isEmpty)
    #expect(report.predictions.count == 3)
  }

  @Test(arguments: Recording.runtimes)
  func `a recording holds all four kinds of pods and their containers`(runtime: String) throws {
    for moment in [Recording.Moment.before, .after] {
      let snapshot = try Snapshot.recorded(runtime, moment)
      #expect(snapshot.sandboxes.count == 4)
      #expect(snapshot.sandboxes.count { $0.isReady } == 3)
      #expect(snapshot.sandboxes.count { $0.isHostNetwork } == 1)
      #expect(snapshot.containers.count == 4)
      #expect(snapshot.containers.allSatisfy { !$0.isRunning || $0.pid != nil })
      #expect(!snapshot.images.isEmpty)
    }
  }

  private static func report(_ runtime: String) throws -> Report {
    try Report(scenario: .restart, before: .recorded(runtime, .before), after: .recorded(runtime, .after))
  }
}
