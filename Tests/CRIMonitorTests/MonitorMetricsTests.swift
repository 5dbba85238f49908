import CRIMonitor
import CRIProtobuf
import CRIReport
import CRIRules
import Testing

@Suite struct MonitorMetricsTests {
  private static var full: MonitorStatus {
    var status = MonitorStatus()
    status.isWatching = true
    status.stateReadAt = Timestamp(seconds: 1_700_000_000, nanoseconds: 500_000_000)
    status.podCount = 12
    status.callCount = 99
    status.restartCounts = ["lost": 2]
    status.lastRestart = (Timestamp(seconds: 1_700_000_000), "lost")
    status.problemCounts = Rule.all(of: .doctor).first.map { [$0.id: 3] } ?? [:]
    return status
  }

  @Test func `OpenMetrics ends with EOF, and counters are named by the family`() {
    let text = MonitorMetrics.write(Self.full, as: .openMetrics)
    #expect(text.hasSuffix("\n# EOF\n"))
    #expect(text.contains("# TYPE cri_monitor_calls counter\ncri_monitor_calls_total 99\n"))
    #expect(text.contains("cri_monitor_restarts_total{verdict=\"lost\"} 2\n"))
    #expect(text.contains("cri_monitor_state_timestamp_seconds 1700000000.5\n"))
  }

  @Test func `the older format has the suffix in the family`() {
    let text = MonitorMetrics.write(Self.full, as: .prometheus)
    #expect(text.contains("# TYPE cri_monitor_calls_total counter\ncri_monitor_calls_total 99\n"))
    #expect(!text.contains("EOF"))
  }

  @Test func `every series has a type and a help text, and the number of series has a limit`() {
    let lines = MonitorMetrics.write(Self.full, as: .prometheus).split(separator: "\n")
    let types = Set(lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
    let helps = Set(lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] })
    let series = lines.filter { !$0.hasPrefix("#") }
    #expect(types == helps && Set(series.map { $0.prefix { $0 != "{" && $0 != " " } }) == types)
    #expect(series.count < 100 && Set(series.map { $0.split(separator: " ")[0] }).count == series.count)
  }

  @Test func `what is not known yet is absent`() {
    let text = MonitorMetrics.write(MonitorStatus(), as: .prometheus)
    for name in ["state_timestamp", "last_verdict", "problems", "pods"] { #expect(!text.contains(name)) }
  }
}
