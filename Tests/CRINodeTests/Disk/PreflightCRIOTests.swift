import CRI
import CRIJSON
import CRIPreflight
import CRIRules
import CRISnapshot
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRINode

@Suite struct PreflightCRIOTests {
  @Test func `a restart or a patch-level upgrade of an intact CRI-O loses nothing`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try #require(node.pods.count == 2)
    for target in [nil, "1.37.9"] {
      let report = try await node.report(to: target)
      #expect(report.rules.isEmpty)
      #expect(report.gaps.isEmpty)
      #expect(report.verdict == .none)
    }
  }

  @Test func `a minor upgrade wipes every pod`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    let report = try await node.report(to: "1.38.0")
    #expect(report.ids("O2") == Set(node.snapshot.sandboxes.filter(\.isReady).map(\.id)))
    #expect(report.rules == ["O2"])
    #expect(report.podsToLose.count == 3)
    #expect(report.findings.first?.detailText == "/var/run/crio/version has 1.37, but 1.38.0 will start")
    #expect(report.suspicions.first { $0.match.advisory.id == .crio8739 }?.status == .proved)

    try node.tree.write("/etc/crio/crio.conf.d/99-keep.conf", "[crio]\ninternal_wipe = false\n")
    let pinned = try await node.report(to: "1.38.0")
    #expect(pinned.rules.isEmpty)
    #expect(pinned.suspicions.first { $0.match.advisory.id == .crio8739 }?.status == .settled)
  }

  @Test(arguments: [
    ("[crio\ninternal_wipe = false\n", 1), ("[crio]\ninternal_wipe = \"false\"\n", 2),
    ("[crio]\n\ninternal_wipe = no\n", 3), ("[crio]\ninternal_wipe = false\nlog_dir = \"/var/log\n", 3),
    ("[crio]\ninternal_wipe\n", 2), ("[crio]\ninternal_wipe = false false\n", 2), ("[crio]\ninternal_wipe =\n", 2),
    ("[crio]\ninternal_wipe = false\ninternal_wipe = false\n", 3),
    ("[crio]\nversion_file = true\ninternal_wipe = false\n", 2),
  ])
  func `a configuration that CRI-O cannot read is reported, and no rule uses it`(text: String, line: Int) async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/etc/crio/crio.conf.d/99-keep.conf", text)
    let report = try await node.report(to: "1.38.0")
    #expect(report.rules == ["O5"] && report.gaps.isSuperset(of: ["O2", "O3"]) && report.verdict == .loss)
    let why = report.unchecked.first { $0.rule == .runtimeWipe }?.reasonText ?? ""
    #expect(why.hasPrefix("/etc/crio/crio.conf.d/99-keep.conf:\(line): "), "\(why)")
  }

  /// CRI-O reads all files below the directory, regardless of their names (`filepath.Walk` in `UpdateFromPath`).
  @Test func `drop-in files in subdirectories are read too, in the order of their full paths`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/etc/crio/crio.conf.d/50-dir/keep.conf.bak", "[crio]\ninternal_wipe = false\n")
    #expect(try await node.report(to: "1.38.0").rules.isEmpty)
    try node.tree.write("/etc/crio/crio.conf.d/40-earlier.conf", "[crio]\ninternal_wipe = true\n")
    #expect(try await node.report(to: "1.38.0").rules.isEmpty)
    try node.tree.write("/etc/crio/crio.conf.d/60-later.conf", "[crio]\ninternal_wipe = true\n")
    #expect(try await node.report(to: "1.38.0").rules == ["O2"])
  }

  /// The running daemon's environment variables take precedence over its configuration files.
  @Test(arguments: [true, false]) func `an environment variable of the daemon overrides its configuration files`(
    wipes: Bool
  ) async throws {
    let (node, fake) = (try RecordedNode("cri-o-1.37"), try FakeNode())
    try node.tree.write("/etc/crio/crio.conf.d/99-wipe.conf", "[crio]\ninternal_wipe = \(!wipes)\n")
    try node.tree.write("/run/crio/version", "\"1.28.1\"")
    #expect(try await node.report().rules == (wipes ? [] : ["O2"]))
    // The simulated runtime is part of this process.
    try fake.process(getpid(), "crio", parent: 1, arguments: ["crio", "--log-level", "info"])
    try fake.write("PATH=/bin\0CONTAINER_INTERNAL_WIPE=\(wipes)\0", to: "proc/\(getpid())/environ")
    #expect(try await node.report(proc: fake.paths.proc).rules == (wipes ? ["O2"] : []))
    try fake.write("CONTAINER_VERSION_FILE=/srv/v\0CONTAINER_INTERNAL_WIPE=true\0", to: "proc/\(getpid())/environ")
    try node.tree.write("/srv/v", "\"1.37.0\"")
    #expect(try await node.report(proc: fake.paths.proc).rules.isEmpty)
    // Without the environment, the settings are unknown.
    try fake.remove("proc/\(getpid())/environ")
    let report = try await node.report(proc: fake.paths.proc)
    #expect(report.gaps.isSuperset(of: ["O2", "O3"]) && report.verdict == .unchecked)
  }

  @Test func `whether CRI-O wipes depends on the version files, not on the running version`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.remove("/run/crio/version")
    #expect(try await node.report().rules == ["O2"])
    try node.tree.write("/run/crio/version", "1.37.0")
    #expect(try await node.report().rules == ["O2"], "CRI-O reads only a JSON string")
    try node.tree.write("/run/crio/version", "\"1.37.0\"")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.write("/etc/crio/crio.conf", "[crio]\nversion_file_persist = \"/var/lib/crio/version\"\n")
    try node.tree.write("/var/lib/crio/version", "\"1.36.0\"")
    let report = try await node.report()
    #expect(report.rules == ["O2"])
    #expect(report.findings.first?.detailText.hasSuffix("images too") == true)
  }

  @Test func `without a CNI configuration the addresses are lost`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    func report() async throws -> PreflightReport { PreflightReport(try await node.facts()) }
    try node.tree.remove("/etc/cni/net.d/10-net.conflist")
    #expect(try await report().ids("O1") == Set(node.pods.map(\.id)))
    try node.tree.write("/etc/cni/other/1.conf", #"{"type": "bridge"}"#)
    try node.tree.write("/etc/crio/crio.conf", "[crio.network]\nnetwork_dir = \"/etc/cni/other\"\n")
    #expect(try await report().rules.isEmpty)
  }

  @Test func `CNI plugins are not called if the node's files are below a different root directory`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    let facts = try await node.facts()
    #expect(facts.crio?.networks.faults == [:])
    #expect(facts.crio?.networks.unknown.first?.code == .cniElsewhere)
    #expect(PreflightReport(facts).gaps == ["O1"])
  }

  @Test func `a change of the default runtime is detected`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/etc/crio/crio.conf.d/99-crun.conf", "[crio.runtime]\ndefault_runtime = \"crun\"\n")
    let report = try await node.report()
    #expect(report.ids("O3") == Set(node.snapshot.sandboxes.filter(\.isReady).map(\.id)))
    #expect(report.rules == ["O3"])
    #expect(report.podsToLose.isEmpty && report.podsToDisturb.count == 3)
  }

  @Test(arguments: [true, false])
  func `the state of a container shows which runtime created it`(isShared: Bool) async throws {
    // CRI-O before 1.36 does not report its default runtime.
    let node = try RecordedNode("cri-o-1.37")
    let container = try #require(node.snapshot.containers.filter(\.isRunning).first)
    try node.tree.write("/srv/runc/\(container.id)", "")
    let roots = ["runc": "/srv/runc", "crun": isShared ? "/srv/runc" : "/srv/crun"].map { name, root in
      "[crio.runtime.runtimes.\(name)]\nruntime_root = \"\(root)\"\n"
    }
    try node.tree.write(
      "/etc/crio/crio.conf.d/99-roots.conf", "[crio.runtime]\ndefault_runtime = \"crun\"\n" + roots.joined())
    let files = NodeFiles(root: node.tree.root)
    let evidence = CRIODisk(
      node.snapshot, files, configuration: CRIODisk.configuration(files, CRIOOptions()), status: .null, paths: [:],
      networks: NetworkCheck(), isDaemonsView: false
    ).defaultRuntime
    #expect(evidence.value == (isShared ? nil : "runc"))
  }

  /// A directory without the pods is that of another node, unless it is known to be the daemon's.
  @Test(arguments: [true, false], [true, false])
  func `records that are hidden from the daemon itself are lost`(isDaemonsView: Bool, exists: Bool) throws {
    let node = try RecordedNode("cri-o-1.37")
    let files = NodeFiles(root: node.tree.root)
    if exists { try node.tree.write("/hidden/overlay-containers/other/x", "") }
    let info = #"{"runtimeSpec": {"annotations": {"io.kubernetes.cri-o.MountPoint": "/hidden/overlay/a/merged"}}}"#
    let location = try #require(CRIOPaths(info: info))
    let ready = node.snapshot.sandboxes.filter(\.isReady)
    let paths = Dictionary(uniqueKeysWithValues: ready.map { ($0.id, location) })
    let state = CRIODisk(
      node.snapshot, files, configuration: CRIODisk.configuration(files, CRIOOptions()), status: .null, paths: paths,
      networks: NetworkCheck(), isDaemonsView: isDaemonsView
    ).missingState
    if isDaemonsView {
      #expect(Set(ready.map(\.id)).isSubset(of: try #require(state.value).keys))
    } else {
      #expect(state.reason?.code == (exists ? .foreignDirectory : .notOnNode))
    }
  }

  @Test func `every file that CRI-O needs to restore a pod is required`() async throws {
    let files = ["config.json", "state.json", "netns", "ipcns", "utsns"]
    for file in files {
      let node = try RecordedNode("cri-o-1.37")
      let pod = node.pods[0]
      let own = "\(NodeTree.storage)/\(pod.id)/userdata/\(file)"
      let namespace = try #require(pod.facts.networkNamespace)
      try node.tree.remove(
        file.hasSuffix("json")
          ? own : namespace.replacing("/var/run", with: "/run").replacing("/netns/", with: "/\(file)/"))
      let report = try await node.report()
      #expect(report.ids("O4") == [pod.id], "\(file)")
      #expect(report.podsToLose.map(\.pod) == [pod.pod])
    }
  }

  @Test(arguments: ["netns", "ipcns"]) func `an unmounted namespace is detected`(kind: String) async throws {
    let node = try RecordedNode("cri-o-1.37")
    let pod = node.pods[0]
    let path = try #require(pod.facts.networkNamespace).replacing("/netns/", with: "/\(kind)/")
    try node.tree.write(path.replacing("/var/run", with: "/run"), "")
    let report = try await node.report()
    #expect(report.ids("O4") == [pod.id])
    #expect(report.findings.first?.detailText == "\(path) is no longer a namespace")
  }

  @Test(arguments: ["/proc/self/ns/net", "/proc/self/ns/ipc"]) func `a mounted namespace is accepted`(path: String)
    throws
  {
    // The reader treats a path as a mounted namespace if it exists but cannot be read as a regular file.
    #expect(throws: FileError.invalid) { try NodeFiles(root: "/").read(path) }
  }

  @Test func `the state of a pod without an infra container is in another directory`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    let pod = try #require(node.snapshot.sandboxes.first { $0.isReady && $0.facts.pid == nil })
    try node.tree.remove("/run/containers/storage/overlay-containers/\(pod.id)/userdata/state.json")
    #expect(try await node.report().ids("O4") == [pod.id])
  }

  @Test func `the files of a container are required too`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    let container = try #require(node.snapshot.containers.first)
    try node.tree.remove("\(NodeTree.storage)/\(container.id)/userdata/state.json")
    #expect(try await node.report().ids("O4") == [container.id])
  }

  @Test(arguments: NodeTree.programs)
  func `a program without which CRI-O exits is missing`(_ program: String) async throws {
    let node = try RecordedNode("cri-o-1.37")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.remove(program)
    let report = try await node.report()
    #expect(report.rules == ["O5"] && report.verdict == .loss)
    #expect(
      report.findings[0].detailText.hasPrefix("\(program), which crio.runtime."), "\(report.findings[0].detailText)")
  }

  /// Each change is in a drop-in file, and CRI-O restarts with the same command line.
  @Test(arguments: [
    ("[crio]\nroot = \"/srv/containers\"\n", "O6", "/srv/containers/overlay-containers after the change"),
    ("[crio]\nstorage_driver = \"vfs\"\n", "O6", "/var/lib/containers/storage/vfs-containers after the change"),
    ("[crio]\nrunroot = \"/run/other\"\n", "O6", "runroot /run/containers/storage now, /run/other after the change"),
    ("[crio.runtime.runtimes.runc]\nruntime_root = \"/run/other\"\n", "O7", "/run/other after the change"),
    ("[crio.api]\nlisten = \"unix:///run/other.sock\"\n", "O8", "/run/other.sock after the change"),
    ("[crio.runtime]\ndefault_runtime = \"kata\"\n", "O5", "default_runtime is \"kata\", for which there is no table"),
  ])
  func `a changed setting is found`(text: String, rule: String, detail: String) async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/etc/crio/crio.conf.d/99-change.conf", text)
    let report = try await node.report()
    let found = report.findings.filter { $0.rule.id.label == rule }
    #expect(!found.isEmpty && found.allSatisfy { $0.detailText.hasSuffix(detail) }, "\(found.map(\.detailText))")
    #expect(report.verdict == .loss)
    let isPerPod = ["O6", "O7"].contains(rule)
    #expect(isPerPod || found.count == 1)
    // The recording contains pods with and without an infra container.
    let pods = node.snapshot.sandboxes.filter { $0.isReady && (!text.contains("runroot") || $0.facts.pid == nil) }
    if rule == "O6" { #expect(report.ids("O6") == Set(pods.map(\.id))) }
  }

  @Test(arguments: [
    "[crio]\nroot = \"/var/lib/containers/storage/\"\nrunroot = \"/var/run/containers/storage\"\n",
    "[crio]\nstorage_driver = \"overlay2\"\n", "[crio]\nroot = \"\"\nstorage_driver = \"\"\n",
    "[crio.api]\nlisten = \"unix:///run/crio/crio.sock\"\n", "[crio.runtime.runtimes.kata]\nruntime_type = \"vm\"\n",
    "[crio.runtime.runtimes.crun]\nmonitor_path = \"/missing\"\n",
  ])
  func `the same setting with another spelling, and an unused handler, are not reported`(text: String) async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/etc/crio/crio.conf.d/99-same.conf", text)
    #expect(try await node.report().rules.isEmpty)
  }

  @Test func `the storage library's file decides if CRI-O's does not`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.write("/usr/share/containers/storage.conf", "[storage]\ndriver = \"overlay\"\n")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.write("/etc/containers/storage.conf", "[storage]\ngraphroot = \"/srv\"\n")
    #expect(try await node.report().rules == ["O6"])
    try node.tree.write("/etc/crio/crio.conf.d/99-root.conf", "[crio]\nroot = \"/var/lib/containers/storage\"\n")
    #expect(try await node.report().rules.isEmpty)
  }

  @Test func `without a ready pod, the free space is that of the configured directory`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    var facts = try await node.facts()
    #expect(facts.recordSpace.value?.directory == NodeTree.storage)
    let client = Client(try Endpoint(node.socket), options: Client.Options(timeout: .seconds(30)))
    for pod in node.snapshot.sandboxes where pod.isReady {
      _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: pod.id))
    }
    facts = try await node.facts()
    #expect(facts.recordSpace.value?.directory == "/var/lib/containers/storage")
  }

  @Test func `nothing is predicted without the node's files`() async throws {
    let node = try RecordedNode("cri-o-1.37")
    try node.tree.remove("/etc")
    try node.tree.remove("/var/lib/containers")
    let report = try await node.report(to: "1.38.0")
    #expect(report.rules.isEmpty)
    #expect(report.gaps == ["N22", "O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8"])
    #expect(report.verdict == .unchecked)
  }
}
