import TestSupport
import Testing

/// `debug` against the simulated runtime, and its usage errors.
@Suite struct DebugCommandTests {
  @Test(arguments: [
    (["web"], "specify either --image or --host"), (["--host", "--image", "a", "web"], "specify either"),
    (["--image", "a", "--net", "web"], "require --host"), (["--image", "", "web"], "the image name is empty"),
    (["--host", "-i", "web"], "only with --image"), (["--image", "a"], "no pod or container is specified"),
    (["--image", "a", "web"], "standard input is not a terminal"),
  ])
  func `usage errors are found before the runtime is called`(words: [String], error: String) async throws {
    let runtime = try TestRuntime { _, _ in nil }
    let run = try await Tool.cri(["debug"] + words, on: runtime)
    #expect(run.code == 125 && run.errors.contains(error), "\(run)")
    #expect(runtime.called.isEmpty)
  }

  @Test func `the command runs in a new container, which is removed`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let target = try await Tool.cri(["ps", "-q"], on: simulator.socket).output
    let words = ["debug", "--image", "localhost/tools:1", "-i", String(target.prefix(12)), "--", "sh"]
    let run = try await Tool.cri(words, on: simulator.socket, input: "echo hello\nexit\n")
    #expect(run.code == 0 && run.output == "hello\n", "\(run)")
    #expect(try await Tool.cri(["ps", "-a", "-q"], on: simulator.socket).output == target)
    await simulator.end()
  }

  /// CRI-O requires the name that the user specified, and adds kubelet's labels to every pod.
  @Test func `a pod of CRI-O can be debugged, and kubelet's labels alone do not make it a pod of kubelet`() async throws
  {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      """
      runtime: {name: cri-o, version: 1.37.0}
      images: ["localhost/tools:1"]
      pods: [{name: kubelets, containers: [{name: main, image: "localhost/tools:1"}]}]
      """, to: directory.file("node.yaml"))
    try TestFile.write(
      "metadata: {name: own, namespace: default, uid: a}\nlabels: {io.kubernetes.pod.uid: a}\n",
      to: directory.file("pod.yaml"))
    let simulator = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let own = try await Tool.cri(["runp", directory.file("pod.yaml")], on: simulator.socket)
    #expect(own.code == 0, "\(own)")
    for (name, isKubelets) in [(String(own.output.prefix(64)), false), ("kubelets", true)] {
      let words = ["debug", "--image", "localhost/tools:1", "-i", name, "--", "sh"]
      let run = try await Tool.cri(words, on: simulator.socket, input: "echo hello\nexit\n")
      #expect(run.code == 0 && run.output == "hello\n", "\(run)")
      #expect(run.errors.contains("kubelet manages this pod") == isKubelets, "\(run)")
    }
    await simulator.end()
  }

  @Test func `an unknown target is reported`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let run = try await Tool.cri(["debug", "--image", "a", "nosuch", "--", "true"], on: simulator.socket)
    #expect(run.code == 125 && run.errors.contains("nosuch: no container or pod with this ID or name"), "\(run)")
    await simulator.end()
  }
}
