import CRINode
import CRISystem
import TestSupport
import Testing

struct PodLogDirectoryTests {
  @Test(arguments: [
    ("podLogsDir: /data/logs\n", ["/var/log/pods", "/data/logs"]), ("podLogsDir: logs\n", ["/var/log/pods"]),
    ("podLogsDir: 5\n", ["/var/log/pods"]), ("[", ["/var/log/pods"]), ("", ["/var/log/pods"]),
  ])
  func `kubelet's log directory is included`(configuration: String, directories: [String]) throws {
    let root = try TemporaryDirectory()
    _ = try PathWalk(toDirectory: root.file("var/lib/kubelet"), making: 0o755)
    try TestFile.write(configuration, to: root.file("var/lib/kubelet/config.yaml"))
    #expect(PodLogDirectory.all(root: root.path) == directories.map { root.path + $0 })
  }
}
