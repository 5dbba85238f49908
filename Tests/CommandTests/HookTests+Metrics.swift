import Foundation
import Glibc
import TestSupport
import Testing

/// The metrics that hooks write beside those of `cri`.
extension HookTests {
  /// node_exporter drops the series of a metric that has a different help text in a second file.
  @Test func `a metric has the same help in the files of cri and of cri-reboot`() async throws {
    func help(_ text: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix("# HELP cri_verify_verdict ") }.map(String.init)
    }
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    mkdir(directory.file("state"), 0o700)
    let metrics = directory.file("reboot.prom")
    _ = try await run(
      ["\(Self.hooks)/kured/cri-reboot", "verify"], systemd, on: "/nonexistent",
      ["CRI": "/bin/false", "CRI_METRICS": metrics, "CRI_FALLBACK": directory.path])
    let runtime = try await SimulatorProcess(in: directory)
    let before = directory.file("s.json")
    #expect(try await Tool.cri(["snapshot", "-o", before], on: runtime.socket).code == 0)
    let own = try await Tool.cri(["verify", "--before", before, "-o", "prometheus"], on: runtime.socket)
    #expect(help(own.output) != nil && help(TestFile.read(metrics)) == help(own.output))
  }
}
