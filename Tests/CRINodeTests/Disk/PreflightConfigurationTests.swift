import CRIJSON
import CRIPreflight
import CRIRules
import CRISnapshot
import Glibc
import TestSupport
import Testing

@testable import CRINode

/// The configuration that containerd will read when it starts.
@Suite struct PreflightConfigurationTests {
  private static let main = "/etc/containerd/config.toml"
  private static let version = RuntimeVersion("1.7.28")

  private static func read(_ tree: NodeTree, _ arguments: [String] = []) -> Observation<ContainerdConfiguration> {
    ContainerdConfigurationReader(files: NodeFiles(root: tree.root), proc: "/proc")
      .read(ContainerdOptions(arguments: arguments))
  }

  private static func outcome(_ tree: NodeTree, _ arguments: [String] = []) throws -> ContainerdStart.Outcome {
    try read(tree, arguments).get().outcome(for: try #require(version))
  }

  private static func root(_ tree: NodeTree, _ arguments: [String] = []) throws -> String {
    guard case .settings(let settings) = try outcome(tree, arguments) else { return "" }
    return settings.root
  }

  @Test func `the default file may be missing, but a file specified on the command line must exist`() throws {
    let tree = try NodeTree()
    #expect(try Self.root(tree) == "/var/lib/containerd")
    #expect(try Self.outcome(tree, ["--config", "/etc/a.toml"]) == .refused(.missing(path: "/etc/a.toml")))
    #expect(try Self.outcome(tree, ["-c", Self.main]) == .refused(.missing(path: Self.main)))
    try tree.write("/etc/a.toml", "root = \"/a\"\n")
    #expect(try Self.root(tree, ["--config", "/etc/a.toml"]) == "/a")
    try tree.write(Self.main, "root = \"/b\"\n")
    #expect(try Self.root(tree) == "/b")
  }

  @Test func `files below a different root are not treated as the node's files`() throws {
    let directory = try TemporaryDirectory()
    let reader = ContainerdConfigurationReader(files: NodeFiles(root: directory.path), proc: "/proc")
    #expect(reader.read(ContainerdOptions()).reason?.code == .notOnNode)
  }

  @Test func `the configuration is unchecked if its path is a directory`() throws {
    let tree = try NodeTree()
    try tree.write("\(Self.main)/x", "")
    #expect(Self.read(tree).value == nil)
  }

  @Test func `imports are paths and patterns, relative to the file that contains them`() throws {
    let tree = try NodeTree()
    try tree.write(Self.main, "imports = [\"conf.d/*.toml\", \"/etc/other/../last.toml\"]\nroot = \"/0\"\n")
    try tree.write("/etc/last.toml", "")
    #expect(try Self.root(tree) == "/0")
    try tree.write("/etc/containerd/conf.d/10-a.toml", "root = \"/10\"\n")
    try tree.write("/etc/containerd/conf.d/20-b.toml", "root = \"/20\"\nimports = [\"../more/x.toml\"]\n")
    try tree.write("/etc/containerd/conf.d/30-c.toml.bak", "not TOML")
    try tree.write("/etc/containerd/more/x.toml", "imports = [\"\(Self.main)\"]\n")
    #expect(try Self.root(tree) == "/20")
    // A file's imports are read after all files that are already queued.
    try tree.write("/etc/last.toml", "root = \"/last\"\n")
    #expect(try Self.root(tree) == "/last")
    try tree.write("/etc/containerd/more/x.toml", "root = \"/x\"\n")
    #expect(try Self.root(tree) == "/x")
    try tree.remove("/etc/last.toml")
    #expect(
      try Self.outcome(tree) == .refused(.missingImport(path: "/etc/last.toml", from: Self.main)))
  }

  @Test(arguments: [
    ("*.toml", "a.toml", true), ("*.toml", ".toml", true), ("*.toml", "a.toml.bak", false), ("?-*", "1-x", true),
    ("[0-9]*-a", "12-a", true), ("[^0-9]*", "1", false), ("[^0-9]*", "x", true), ("\\*", "*", true),
    ("\\*", "a", false),
    ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXc", false), ("*", "", true), ("[", "[", true),
  ]) func `a pattern matches as in Go`(pattern: String, name: String, matches: Bool) {
    #expect(GlobPattern(pattern).matches(name) == matches)
  }

  /// The simulated runtime runs in this process, so the fake daemon gets the process ID of the test.
  private static func node(_ recording: String, _ arguments: [String]) throws -> (RecordedNode, FakeNode) {
    let (node, fake) = (try RecordedNode(recording), try FakeNode())
    try fake.process(getpid(), "containerd", parent: 1, arguments: arguments)
    try fake.write("PATH=\(NodeTree.searchPath.joined(separator: ":"))\0", to: "proc/\(getpid())/environ")
    return (node, fake)
  }

  private static let service = "plugins.\"io.containerd.grpc.v1.cri\""

  @Test(arguments: ["containerd-1.6.20", "containerd-2.4"])
  func `the configuration file is taken from the daemon's command line`(recording: String) async throws {
    let (node, fake) = try Self.node(recording, ["/usr/bin/containerd", "--config", "/etc/x.toml"])
    func report() async throws -> PreflightReport { try await node.report(proc: fake.paths.proc) }
    #expect(try await report().rules.contains("P24"), "the file does not exist")
    let good = "version = 2\n[\(Self.service).cni]\nbin_dir = \"/usr/lib/cni\"\n"
    try node.tree.write("/etc/x.toml", good)
    let same = try await report()
    #expect(same.rules.isEmpty && same.gaps.isEmpty && same.verdict == .none)
    try node.tree.write("/etc/x.toml", "version = 2\nthis is not TOML\n")
    let broken = try await report()
    #expect(broken.rules == ["P24"] && broken.verdict == .loss)
    try node.tree.write("/etc/x.toml", "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n" + good)
    #expect(try await report().rules == ["P25"])
    try node.tree.write("/etc/x.toml", "root = \"/data\"\n" + good)
    let moved = try await report()
    #expect(moved.rules == ["P26"] && moved.podsToLose.count == 3)
    try node.tree.write("/etc/x.toml", good + "[grpc]\naddress = \"/run/x.sock\"\n")
    #expect(try await report().rules == ["P27"])
    try node.tree.write("/etc/x.toml", "version = 2\n")
    let unusable = try await report()
    #expect(unusable.rules == ["P32"] && unusable.verdict == .loss, "the default directory has no plugins")
    try node.tree.write("/etc/x.toml", good + "conf_dir = \"/etc/cni/other\"\n")
    #expect(try await report().rules == ["P32"], "the directory has no configuration")
    try node.tree.write("/etc/cni/other/1.conf", #"{"type": "bridge"}"#)
    #expect(try await report().rules.isEmpty)
    try node.tree.write("/etc/x.toml", good + "[\(Self.service)]\nsandbox_image = \"registry.local/pause:9\"\n")
    #expect(try await report().rules == ["P31"])
    try node.tree.write(
      "/etc/x.toml", good + "[\(Self.service).containerd.runtimes.runc.options]\nSystemdCgroup = true\n")
    #expect(try await report().rules == ["P29"])
  }

  @Test(arguments: [
    ("runtime_path = \"/opt/shim\"", nil, "/opt/shim, which containerd.runtimes.runc.runtime_path names"),
    ("runtime_type = \"io.containerd.runc.v1\"", nil, "containerd-shim-runc-v1"),
    ("runtime_type = \"io.containerd.runc.v1\"", "2.3.4", "containerd-shim-runc-v1"),
    ("runtime_type = \"io.containerd.runtime.v1.linux\"", "2.3.4", "containerd-shim"),
    ("options = { BinaryName = \"/opt/runc\" }", nil, "/opt/runc"),
    ("options = { BinaryName = \"other-runc\" }", nil, "other-runc"),
  ])
  func `a program that the configuration names for the default handler must exist`(
    setting: String, target: String?, program: String
  ) async throws {
    let (node, fake) = try Self.node("containerd-1.6.20", ["/usr/bin/containerd", "--config", "/etc/x.toml"])
    let table = "[\(Self.service).containerd.runtimes.runc]\n"
    let good = "version = 2\n[\(Self.service).cni]\nbin_dir = \"/usr/lib/cni\"\n\(table)"
    try node.tree.write("/etc/x.toml", good + "runtime_type = \"io.containerd.runc.v2\"\n")
    #expect(try await node.report(to: target, proc: fake.paths.proc).ids("P33").isEmpty)
    try node.tree.write("/etc/x.toml", good + setting + "\n")
    let report = try await node.report(to: target, proc: fake.paths.proc)
    let found = report.findings.filter { $0.rule.id == .runtimeProgramsConfigured }
    #expect(found.count == 1 && found[0].detailText.hasPrefix(program) && report.verdict == .loss, "\(report.rules)")
    guard program.hasPrefix("/opt") else { return }
    let path = program.split(separator: ",")[0]
    try node.tree.write(String(path), "")
    chmod("\(node.tree.root)\(path)", 0o755)
    #expect(try await node.report(to: target, proc: fake.paths.proc).ids("P33").isEmpty)
  }

  /// containerd 1.6 reports only the options that its files set.
  @Test(arguments: [
    (#"{"SystemdCgroup": true}"#, true), (#"{"SystemdCgroup": false}"#, false), (#"{"Root": "/x"}"#, false),
    ("null", false), ("{}", false),
  ])
  func `if the running daemon reports no cgroup driver, the default driver is assumed`(
    options: String, isSystemd: Bool
  ) throws {
    let config = #"{"containerd": {"defaultRuntimeName": "runc", "runtimes": {"runc": {"options": \#(options)}}}}"#
    #expect(RunningContainerd(try JSON.parse(config)).usesSystemdCgroups == isSystemd)
    #expect(RunningContainerd(.null).usesSystemdCgroups == nil)
  }

  @Test(arguments: [
    ["/usr/bin/other", "--config", "/etc/x.toml"],
    ["/snap/microk8s/7/bin/containerd", "--config", "/var/snap/microk8s/7/args/containerd.toml"],
  ])
  func `the files are not read for a program other than containerd, or for one that generates its configuration`(
    arguments: [String]
  ) async throws {
    let (node, fake) = try Self.node("containerd-2.4", arguments)
    #expect(try await node.facts(proc: fake.paths.proc).containerd?.start == nil)
  }

  @Test(arguments: ["/usr/bin/containerd", "/opt/containerd-2.1", "containerd-1.6.12"])
  func `the files are read for a containerd executable with a version in its name`(program: String) async throws {
    let (node, fake) = try Self.node("containerd-2.4", [program, "--config", "/etc/x.toml"])
    try node.tree.write("/etc/x.toml", "version = 2\nthis is not TOML\n")
    #expect(try await node.report(proc: fake.paths.proc).rules == ["P24"])
  }

  @Test func `without the daemon's command line, the configuration is unchecked`() async throws {
    let (node, fake) = (try RecordedNode("containerd-2.4"), try FakeNode())
    let report = try await node.report(proc: fake.paths.proc)
    #expect(report.gaps == ["N27", "P24", "P25", "P26", "P27", "P32", "P33"] && report.verdict == .unchecked)
  }
}
