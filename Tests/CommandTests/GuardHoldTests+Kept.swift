import CRIJSON
import CRISnapshot
import Foundation
import TestSupport
import Testing

/// What `guard` keeps, and for how long.
extension GuardHoldTests {
  private var kept: [String] {
    TemporaryDirectory.names(in: directory.file("state")).filter { $0.hasPrefix("guard-before-2") }.sorted()
  }

  /// Also if the clock was set back.
  @Test func `a loss in the same second as an earlier one does not replace its snapshot`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    // The names of the next seconds are taken.
    let taken = try await Tool.shell(
      """
      mkdir -m 0700 '\(directory.file("state"))' && cd '\(directory.file("state"))'
      now=$(date +%s); for second in 0 1 2 3 4 5 6 7; do
        echo taken >"guard-before-$(date -u -d "@$((now + second))" +%Y%m%dT%H%M%SZ).json"; done
      """)
    #expect(taken.code == 0, "\(taken)")
    let run = try await guarding(runtime, systemd, run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1, "\(run)")
    let contents = kept.map { TestFile.read(directory.file("state/\($0)")) }
    #expect(contents.count == 9 && contents.count { $0 == "taken\n" } == 8, "\(kept)")
  }

  /// Nothing tells whether the node was rebooted after the snapshot if its unit had `ProcSubset=pid`.
  @Test func `a retry is refused if the boot of the lost run is unknown`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let first = try await guarding(runtime, systemd, run: restart(runtime, "--on-restart lose-ips"))
    #expect(first.code == 1, "\(first)")
    let file = directory.file("state/\(try #require(kept.first))")
    let lines = TestFile.read(file).replacing(#/"bootId": *"[^"]*"/#, with: #""bootId": null"#)
    #expect(lines.contains(#""bootId": null"#))
    try TestFile.write(lines, to: file)
    let next = try await SimulatorProcess(in: try TemporaryDirectory())
    let again = try await guarding(next, systemd, run: "touch '\(directory.file("ran"))'")
    #expect(again.code == 3 && again.errors.contains("is from an earlier run"), "\(again)")
    #expect(!TestFile.exists(directory.file("ran")))
  }

  @Test(arguments: [[], ["--mask"]])
  func `a unit that an administrator has masked is not stopped`(arguments: [String]) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try TestFile.write("", to: directory.file("units/kubelet.masked"))
    try systemd.show("UnitFileState=masked-runtime", of: "kubelet")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet"] + arguments, run: "touch '\(directory.file("ran"))'")
    #expect(
      run.code == 3 && run.errors.contains("run systemctl unmask --runtime kubelet; nothing was changed"), "\(run)")
    #expect(systemd.changes == [] && !TestFile.exists(directory.file("ran")))
    #expect(TestFile.exists(directory.file("units/kubelet.masked")))
  }

  @Test func `the snapshot of a state in which the unit cannot be started is kept, and does not prevent later runs`()
    async throws
  {
    try TestFile.write("pods: [{name: web, ips: [], containers: [{name: main}]}]\n", to: directory.file("node.yaml"))
    let runtime = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let systemd = try await kubelet()
    for _ in 0..<2 {
      let run = try await guarding(runtime, systemd, run: "true")
      #expect(run.code == 1 && run.errors.contains("nothing was stopped"), "\(run)")
    }
    let snapshot = TestFile.read(directory.file("state/guard-refused.json"))
    #expect(try Snapshot(parsing: Array(snapshot.utf8)).sandboxes.count == 1)
    #expect(TestFile.read(directory.file("state/guard-report.txt")).contains("LOST"))
    try systemd.set("kubelet", "inactive")
    let later = try await guarding(runtime, systemd, run: "touch '\(directory.file("ran"))'")
    #expect(TestFile.exists(directory.file("ran")) && !later.errors.contains("earlier run"), "\(later)")
  }
}
