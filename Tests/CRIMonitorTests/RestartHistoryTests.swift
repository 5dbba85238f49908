import CRIJSON
import CRIMonitor
import CRIProtobuf
import CRIReport
import CRISnapshot
import TestSupport
import Testing

@Suite struct RestartHistoryTests {
  private static func restart(
    _ seconds: Int64, _ cause: Restart.Cause = .unknown, isPlanned: Bool = false, hasNewProgram: Bool? = nil
  ) -> Restart {
    var restart = Restart(
      noticed: Timestamp(seconds: seconds), daemon: Snapshot.before.daemon, version: "2.1.0",
      stateAge: .milliseconds(1500), changes: StateChanges(), missesChanges: seconds % 2 == 0, wasWatched: true)
    restart.explanation = Restart.Explanation(cause, isPlanned: isPlanned, hasNewProgram: hasNewProgram)
    return restart
  }

  private static func entry(_ restart: Restart, version: String? = "2.1.1", verdict: String = "intact") -> RestartEntry
  {
    RestartEntry(
      restart, runtime: "containerd", verified: Timestamp(seconds: 5), after: version.map { ($0, 200) },
      verdict: (verdict, 0))
  }

  private static let causes: [Restart.Cause] = [
    .unknown, .exited(status: 2), .killed(signal: 9), .outOfMemory, .stopped, .socketReplaced,
  ]

  @Test func `a document contains everything that was written`() throws {
    var history = RestartHistory()
    for (number, cause) in Self.causes.enumerated() {
      let restart = Self.restart(
        Int64(number + 1), cause, isPlanned: number == 1, hasNewProgram: number > 3 ? nil : number == 2)
      history.add(Self.entry(restart, version: number == 3 ? nil : "2.1.1"))
    }
    #expect(history.entries.count == 6)
    #expect(try RestartHistory(JSON.parse(history.json.text())) == history)
  }

  @Test func `a later verdict replaces the earlier one about the same restart`() {
    var history = RestartHistory()
    history.add(Self.entry(Self.restart(1), verdict: "failed"))
    history.add(Self.entry(Self.restart(2)))
    history.add(Self.entry(Self.restart(1), verdict: "lost"))
    #expect(history.entries.map(\.verdict) == ["lost", "intact"])
  }

  @Test func `the number and the size are limited, and the newest entries are kept`() {
    var history = RestartHistory()
    let version = String(repeating: "\u{1}", count: 1000)
    for number in 1...1200 { history.add(Self.entry(Self.restart(Int64(number)), version: version)) }
    #expect(history.entries.last?.noticed == Timestamp(seconds: 1200))
    #expect(history.entries.count <= RestartHistory.maximumCount)
    #expect(history.json.text().utf8.count <= RestartHistory.maximumSize)
  }

  @Test(arguments: ["{}", "[]", #"{"kind":"cri-history","schema":2,"restarts":[]}"#])
  func `a document of another kind is not read`(text: String) throws {
    #expect(try RestartHistory(JSON.parse(text)) == nil)
  }

  @Test func `an entry of a later version is left out`() throws {
    var history = RestartHistory()
    history.add(Self.entry(Self.restart(1)))
    var document = history.json
    document["restarts"] = .array((document["restarts"]?.arrayValue ?? []) + [["noticed": "then"]])
    #expect(RestartHistory(document) == history)
  }

  /// The sentences of the journal.
  @Test(
    arguments: [
      (Restart.Explanation(.killed(signal: 9)), "the process was killed by SIGKILL"),
      (Restart.Explanation(.killed(signal: 77)), "the process was killed by signal 77"),
      (Restart.Explanation(.exited(status: 2)), "the process exited with status 2"),
      (
        Restart.Explanation(.stopped, isPlanned: true, hasNewProgram: true),
        "the service manager stopped the process on request, a snapshot was taken before, its executable had been replaced"
      ),
    ])
  func `a cause is a sentence`(explanation: Restart.Explanation, text: String) {
    #expect(ReportText.english.cause(explanation) == text)
  }

  @Test func `the compared state is described with its age and with what had changed`() {
    var restart = Self.restart(1)
    let text = { ReportText.english.comparedState(restart) }
    let start = "the compared state was read 1.5 s before the runtime ended"
    #expect(text() == "\(start); the runtime had reported no change since")
    restart = Self.restart(2)
    #expect(text() == "\(start); the runtime sends no events, so later changes are unknown")
    restart.wasWatched = false
    #expect(
      text()
        == "the compared state was read 1.5 s before the monitor was started; no monitor was running when the runtime "
        + "ended, so later changes are unknown")
  }
}
