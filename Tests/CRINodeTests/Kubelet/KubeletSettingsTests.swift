import CRI
import CRIPreflight
import CRISnapshot
import Glibc
import TestSupport
import Testing

@testable import CRINode

/// kubelet's settings come from the running process's arguments, not from the default file.
@Suite struct KubeletSettingsTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    let name: String
    /// The running process: its name and its command line; nil if kubelet is not running.
    var process: (name: String, line: String)?
    var files: [String: String] = [:]
    /// kubelet's cgroup driver; nil if it must be unknown.
    var driver: String? = "cgroupfs"
    var endpoint: String?
    var manifests: String?
    var testDescription: String { name }
  }

  private static let stale = [
    "/var/lib/kubelet/config.yaml":
      "cgroupDriver: systemd\ncontainerRuntimeEndpoint: unix:///run/stale.sock\nstaticPodPath: /stale\n"
  ]

  static let setups: [Setup] = [
    Setup(
      name: "kubespray: another file, and a stale default file",
      process: ("kubelet", "/usr/local/bin/kubelet --config=/etc/kubernetes/kubelet-config.yaml"),
      files: stale.merging([
        "/etc/kubernetes/kubelet-config.yaml":
          "cgroupDriver: cgroupfs\ncontainerRuntimeEndpoint: unix:///run/a.sock\nstaticPodPath: /etc/kubernetes/manifests\n"
      ]) { $1 }, endpoint: "unix:///run/a.sock", manifests: "/etc/kubernetes/manifests"),
    Setup(name: "without --config, no file counts", process: ("kubelet", "kubelet --v 2"), files: stale),
    Setup(
      name: "flags override the file",
      process: (
        "kubelet",
        "kubelet --config /k.yaml --cgroup-driver systemd --container-runtime-endpoint=/run/b.sock --pod_manifest_path=/m"
      ),
      files: ["/k.yaml": "cgroupDriver: cgroupfs\nstaticPodPath: /n\n"], driver: "systemd", endpoint: "/run/b.sock",
      manifests: "/m"),
    Setup(
      name: "the last of equal flags counts",
      process: ("kubelet", "kubelet --cgroup-driver=systemd --cgroup-driver=cgroupfs")),
    Setup(
      name: "drop-in files override the main file, in the order of their paths",
      process: ("kubelet", "kubelet --config=/k.yaml --config-dir=/k.d"),
      files: [
        "/k.yaml": "cgroupDriver: cgroupfs\nstaticPodPath: /n\n", "/k.d/20-b.conf": "cgroupDriver: systemd\n",
        "/k.d/10-a.conf": "cgroupDriver: cgroupfs\ncontainerRuntimeEndpoint: /c.sock\n",
        "/k.d/30-ignored.yaml": "cgroupDriver: cgroupfs\n",
      ], driver: "systemd", endpoint: "/c.sock", manifests: "/n"),
    Setup(
      name: "a missing configuration file is not replaced by a default",
      process: ("kubelet", "kubelet --config=/gone.yaml"), files: stale, driver: nil),
    Setup(
      name: "RKE2: a separate kubelet beside the program that started it",
      process: ("kubelet", "kubelet --cgroup-driver=systemd --config-dir=/d"),
      files: ["/d/00.conf": "staticPodPath: /p\n"],
      driver: "systemd", manifests: "/p"),
    Setup(
      name: "k3s: its drop-in files, its own endpoint, but not its own configuration file",
      process: ("k3s-server", "/usr/local/bin/k3s server --config=/k3s.yaml"),
      files: [
        "/k3s.yaml": "staticPodPath: /wrong\n",
        "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf":
          "cgroupDriver: systemd\nstaticPodPath: /var/lib/rancher/k3s/agent/pod-manifests\n",
      ], driver: "systemd", endpoint: "unix:///run/k3s/containerd/containerd.sock",
      manifests: "/var/lib/rancher/k3s/agent/pod-manifests"),
    Setup(
      name: "k3s: arguments for kubelet, in its file and on its command line",
      process: ("k3s-agent", "k3s agent --data-dir /srv/k3s --kubelet-arg=pod-manifest-path=/m"),
      files: [
        "/etc/rancher/k3s/config.yaml": "kubelet-arg:\n- cgroup-driver=systemd\n",
        "/srv/k3s/agent/etc/kubelet.conf.d/00.conf": "cgroupDriver: cgroupfs\nstaticPodPath: /n\n",
      ], driver: "systemd", endpoint: "unix:///run/k3s/containerd/containerd.sock", manifests: "/m"),
    Setup(
      name: "k3s: its endpoint and lists in several files",
      process: ("k3s-server", "k3s server --config /k3c/config.yaml"),
      files: [
        "/k3c/config.yaml":
          "container-runtime-endpoint: unix:///run/x.sock\nkubelet-arg: [pod-manifest-path=/m]\ndata-dir: /srv\n",
        "/k3c/config.yaml.d/10-more.yaml": "kubelet-arg+: [cgroup-driver=systemd]\n",
        "/srv/agent/etc/kubelet.conf.d/00.conf": "cgroupDriver: cgroupfs\n",
      ], driver: "systemd", endpoint: "unix:///run/x.sock", manifests: "/m"),
    Setup(
      name: "k3s: the short names of its flags",
      process: ("k3s-server", "k3s server -c /k3c/config.yaml -d /srv"),
      files: [
        "/k3c/config.yaml": "kubelet-arg: [pod-manifest-path=/m]\n",
        "/etc/rancher/k3s/config.yaml": "kubelet-arg: [pod-manifest-path=/wrong]\n",
        "/srv/agent/etc/kubelet.conf.d/00.conf": "cgroupDriver: systemd\n",
      ], driver: "systemd", endpoint: "unix:///run/k3s/containerd/containerd.sock", manifests: "/m"),
    Setup(
      name: "k3s: a short name with an equals sign",
      process: ("k3s-agent", "k3s agent -c=/k3c/config.yaml --debug"),
      files: ["/k3c/config.yaml": "kubelet-arg: [pod-manifest-path=/m, cgroup-driver=systemd]\n"], driver: "systemd",
      endpoint: "unix:///run/k3s/containerd/containerd.sock", manifests: "/m"),
    Setup(
      name: "kubelet has no short names", process: ("kubelet", "kubelet -c /k.yaml"),
      files: ["/k.yaml": "cgroupDriver: systemd\n"]),
    Setup(
      name: "a relative directory of manifests",
      process: ("kubelet", "kubelet --config=/etc/k/k.yaml"),
      files: ["/etc/k/k.yaml": "staticPodPath: sp\ncgroupDriver: systemd\n"], driver: "systemd", manifests: "/etc/k/sp"),
    Setup(
      name: "an older k3s does not show its driver", process: ("k3s-server", "k3s server"), driver: nil,
      endpoint: "unix:///run/k3s/containerd/containerd.sock"),
    Setup(
      name: "k3s with another runtime", process: ("k3s-server", "k3s server --container-runtime-endpoint /run/x.sock"),
      driver: nil, endpoint: "/run/x.sock"),
    Setup(
      name: "stopped: kubeadm's and the administrator's variables",
      files: [
        "/var/lib/kubelet/config.yaml": "cgroupDriver: systemd\n",
        "/var/lib/kubelet/kubeadm-flags.env": "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=/a.sock --x=y\"\n",
        "/etc/default/kubelet":
          "# KUBELET_EXTRA_ARGS=--cgroup-driver=wrong\nKUBELET_EXTRA_ARGS=--cgroup-driver=cgroupfs\n",
      ], endpoint: "/a.sock"),
    Setup(
      name: "stopped: kubespray's variables, over several lines",
      files: stale.merging([
        "/etc/kubernetes/kubelet.env":
          "KUBELET_LOG_LEVEL=\"--v=2\"\nKUBELET_ARGS=\"--config=/etc/kubernetes/k.yaml \\\n--container-runtime-endpoint=/b.sock \\\n\"\n",
        "/etc/kubernetes/k.yaml": "cgroupDriver: cgroupfs\nstaticPodPath: /m\n",
      ]) { $1 }, endpoint: "/b.sock", manifests: "/m"),
    Setup(
      name: "stopped: the flags in its unit",
      files: stale.merging([
        "/etc/systemd/system/kubelet.service":
          "[Unit]\nExecStart=/bin/kubelet --config=/wrong.yaml\n[Service]\nExecStart=-/usr/bin/kubelet \\\n  --config=/etc/kubernetes/k.yaml\n",
        "/usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --cgroup-driver=wrong\n",
        "/etc/kubernetes/k.yaml": "cgroupDriver: cgroupfs\n",
        "/etc/default/kubelet": "KUBELET_EXTRA_ARGS=--cgroup-driver=not-used\n",
      ]) { $1 }),
    Setup(
      name: "stopped: kubeadm's drop-in",
      files: [
        "/usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet\n",
        "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": """
        [Service]
        Environment="KUBELET_CONFIG_ARGS=--config=/k.yaml" 'OTHER=x'
        EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
        EnvironmentFile=-/etc/default/kubelet
        ExecStart=
        ExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS --pod-manifest-path=/${OTHER}

        """,
        "/var/lib/kubelet/kubeadm-flags.env": "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=/a.sock --x=y\"\n",
        "/etc/default/kubelet": "KUBELET_EXTRA_ARGS=\n", "/k.yaml": "cgroupDriver: cgroupfs\n",
      ], endpoint: "/a.sock", manifests: "/x"),
    Setup(
      name: "stopped: a drop-in of the administrator",
      files: [
        "/usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --cgroup-driver=systemd\n",
        "/etc/systemd/system/kubelet.service.d/a.conf":
          "[Service]\nExecStart=\nExecStart=/opt/kubelet --cgroup-driver cgroupfs\n",
        "/usr/lib/systemd/system/kubelet.service.d/a.conf": "[Service]\nExecStart=/wrong\n",
        "/var/lib/kubelet/config.yaml": "cgroupDriver: systemd\n",
      ]),
  ]

  private func settings(_ setup: Setup) throws -> (KubeletSettings, NodeTree) {
    let (node, tree) = (try FakeNode(), try NodeTree())
    for (path, text) in setup.files { try tree.write(path, text) }
    if let (name, line) = setup.process {
      let words = line.split(separator: " ").map(String.init)
      try node.process(50, name, parent: 1, arguments: words)
      // Another user's program with this name, and one in a container.
      try node.process(20, "kubelet", parent: 1, arguments: ["kubelet", "--cgroup-driver=wrong"], user: 4321)
      try node.process(21, "kubelet", parent: 1, arguments: ["kubelet", "--cgroup-driver=wrong"])
      try node.write("", to: "namespaces/other")
      try node.link("proc/21/ns/mnt", to: "namespaces/other")
      if name == "kubelet" { try node.process(10, "k3s-server", parent: 1, arguments: ["k3s", "server"]) }
    }
    return (KubeletSettings.read(NodeFiles(root: tree.root), beside: 1, proc: node.paths.proc), tree)
  }

  @Test(arguments: setups) func `settings come from the running process, and otherwise from its environment files`(
    setup: Setup
  ) throws {
    let (settings, tree) = try settings(setup)
    let kubelet = KubeletConfiguration(
      settings, NodeFiles(root: tree.root), asked: try Endpoint("unix:///run/none.sock"))
    #expect(kubelet.cgroupDriver.value == setup.driver, "\(kubelet.cgroupDriver)")
    #expect(kubelet.endpoint.value ?? nil == setup.endpoint)
    let manifests = settings.setting(flag: "pod-manifest-path", key: "staticPodPath").value ?? nil
    #expect(manifests?.value.stringValue == setup.manifests)
  }

  @Test func `k3s prefers the configuration file that its environment names`() throws {
    let (node, tree) = (try FakeNode(), try NodeTree())
    try tree.write("/srv/k3s.yaml", "kubelet-arg: [pod-manifest-path=/m]\n")
    try node.process(50, "k3s-server", parent: 1, arguments: ["k3s", "server", "-c", "/wrong.yaml"])
    try node.write("A=B\0K3S_CONFIG_FILE=/srv/k3s.yaml\0", to: "proc/50/environ")
    let settings = KubeletSettings.read(NodeFiles(root: tree.root), beside: 1, proc: node.paths.proc)
    #expect(settings.flags["pod-manifest-path"] == "/m")
  }

  @Test func `the pods' directories are below kubelet's root directory`() throws {
    let node = try FakeNode()
    var paths = node.paths
    paths.root = node.directory.file("root")
    try node.process(
      50, "kubelet", parent: 1,
      arguments: [
        "kubelet", "--root-dir=/srv/kubelet", "--pod-manifest-path", "/srv/pods", "--hostname-override", " Node-A\n",
      ])
    try node.makeDirectory("root/srv/kubelet/pods/uid-1")
    try node.makeDirectory("root/var/lib/kubelet/pods/uid-stale")
    try node.write("kind: Pod\nmetadata: {name: a}\nspec: {restartPolicy: Never}\n", to: "root/srv/pods/a.yaml")
    try node.write("kind: Pod\nmetadata: {name: b}\n", to: "root/etc/kubernetes/manifests/b.yaml")
    var snapshot = node.snapshot()
    NodeObserver(paths: paths).addObservations(to: &snapshot, askedAt: 100_000, configuration: nil)
    #expect(snapshot.observed?.kubelet?.podDirectories == .known(["uid-1"]))
    #expect(snapshot.observed?.kubelet?.staticPods?.value?.map(\.name) == ["a"])
    #expect(snapshot.observed?.kubelet?.nodeName == "node-a")
    #expect(try Snapshot(parsing: snapshot.json.bytes()).observed?.kubelet?.nodeName == "node-a")
  }

  /// The pod directories of a stopped kubelet with this unit; `uid-1` is in /srv/kubelet, and none is in the default directory.
  private static func podDirectories(
    ofUnit text: String, name: String = "kubelet.service", _ files: [String: String] = [:]
  ) throws -> Observation<Set<String>>? {
    let node = try FakeNode()
    var paths = node.paths
    paths.root = node.directory.file("root")
    try node.write("[Service]\n\(text)\n", to: "root/etc/systemd/system/\(name)")
    for (path, content) in files { try node.write(content, to: "root/\(path)") }
    try node.makeDirectory("root/srv/kubelet/pods/uid-1")
    try node.makeDirectory("root/var/lib/kubelet/pods")
    var snapshot = node.snapshot()
    NodeObserver(paths: paths).addObservations(to: &snapshot, askedAt: 100_000, configuration: nil)
    return snapshot.observed?.kubelet?.podDirectories
  }

  @Test(arguments: [
    "ExecStart=/usr/bin/kubelet --root-dir=/srv/kubelet",
    "Environment=ROOT=/srv A=1\nExecStart=/usr/bin/kubelet --v=${A}${NONE} --root-dir=${ROOT}/kubelet ${",
  ])
  func `a stopped kubelet's root directory is that of its unit`(unit: String) throws {
    #expect(try Self.podDirectories(ofUnit: unit) == .known(["uid-1"]))
  }

  /// A package may have installed the unit, so its size must not determine how long the check takes.
  @Test(arguments: ["variables", "files", "words", "blanks", "empty words"]) func `a huge unit does not take long`(
    kind: String
  ) throws {
    let lines =
      switch kind {
      case "variables": (0..<20_000).map { "Environment=V\($0)=x\n" }.joined()
      case "files": String(repeating: "EnvironmentFile=/etc/default/kubelet\n", count: 20_000)
      case "blanks": "Environment=\"A=\(String(repeating: " ", count: 400_000))\"\n"
      case "empty words": "Environment='A=\(String(repeating: "\"\" ", count: 100_000))'\n"
      default: "Environment=A=\(String(repeating: "x", count: 300_000))\n"
      }
    let words = String(repeating: kind == "words" ? " ${A}" : " $A", count: 50_000)
    let start = ContinuousClock.now
    let found = try Self.podDirectories(
      ofUnit: "\(lines)ExecStart=/usr/bin/kubelet --root-dir=/srv/kubelet\(words)",
      ["etc/default/kubelet": "A=\(String(repeating: "x", count: 400_000))\n"])
    #expect(ContinuousClock.now - start < .seconds(15))
    // The command line of a unit that is too large is unknown.
    #expect(found == (["variables", "files"].contains(kind) ? .known(["uid-1"]) : .known([])))
  }

  @Test func `the hooks name the unit that contains kubelet`() async {
    await #expect(processExitsWith: .success) {
      setenv("CRI_HOOK_KUBELET", "k3s-agent", 1)
      let found = try Self.podDirectories(
        ofUnit: "ExecStart=/usr/bin/kubelet --root-dir=/srv/kubelet", name: "k3s-agent.service")
      #expect(found == .known(["uid-1"]))
    }
  }

  @Test func `a stale default file causes no finding of preflight`() async throws {
    let (node, fake) = (try RecordedNode("containerd-1.6.20"), try FakeNode())
    try node.tree.kubelet("cgroupDriver: systemd\ncontainerRuntimeEndpoint: unix:///run/crio/crio.sock\n")
    #expect(try await node.report(proc: fake.paths.proc).rules == ["N3", "N5"])
    try fake.process(
      50, "kubelet", parent: 1, arguments: ["kubelet", "--container-runtime-endpoint=unix://\(node.socket)"])
    // The simulated runtime is part of this process.
    try fake.process(getpid(), "containerd", parent: 1, arguments: ["containerd"])
    try fake.write("PATH=\(NodeTree.searchPath.joined(separator: ":"))\0", to: "proc/\(getpid())/environ")
    try node.tree.write(
      "/etc/containerd/config.toml",
      "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\nbin_dir = \"/usr/lib/cni\"\n")
    let report = try await node.report(proc: fake.paths.proc)
    #expect(report.rules.isEmpty && report.verdict == .none, "\(report.rules)")
  }
}
