import CRIJSON
import TestSupport
import Testing

/// Runs `cri monitor` beside a real containerd that is killed and started again.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MonitorNodeTests {
  @Test func `a killed containerd that loses nothing is verified as intact`() async throws {
    let directory = try TemporaryDirectory()
    try await ContainerdNode.with { node in
      let monitor = try MonitorProcess(in: directory, on: node.socket)
      let hasState = await eventually(within: .seconds(60)) {
        TestFile.exists("\(monitor.state)/monitor-state.json")
      }
      try #require(hasState, "\(monitor.lines())")
      for number in 1...2 {
        try await node.act("kill", "start --no-wait")
        #expect(await monitor.waitForLine("was restarted", count: number), "\(monitor.lines())")
        #expect(monitor.lines().count { $0.contains("has ended") } == number, "\(monitor.lines())")
        // The state is the one of the new process before the next restart.
        let isWatched = await eventually(within: .seconds(60)) {
          let state = try? JSON.parse(TestFile.read("\(monitor.state)/monitor-state.json"))
          let report = try? JSON.parse(TestFile.read("\(monitor.state)/history.json"))
          return report?["restarts"]?.arrayValue?.last?["after"]?["pid"] == state?["daemon"]?["pid"]
        }
        #expect(isWatched)
      }
      #expect(monitor.report["verdict"] == "intact", "\(monitor.reportText)")
      #expect(monitor.report["summary"]?["keep"] == 3, "\(monitor.reportText)")
      #expect(await monitor.end() == 0)
    }
  }
}
