import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
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

  @Test(arguments: ["spdy", "websocket"])
  func `a command without input reads nothing, and its exit code is that of debug`(transport: String) async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let target = String(try await Tool.cri(["ps", "-q"], on: simulator.socket).output.prefix(12))
    let words = ["debug", "--image", "localhost/tools:1", "--transport", transport, target, "--"]
    for (command, output, code) in [
      (["cat"], "", 0), (["echo", "hello"], "hello\n", 0), (["sh", "-c", "echo a; exit 7"], "a\n", 7),
      (["nothing"], "", 127),
    ] as [([String], String, Int32)] {
      let run = try await Tool.cri(words + command, on: simulator.socket, input: "not read\n")
      #expect(run.code == code && run.output == output, "\(command): \(run)")
    }
    #expect(try await Tool.cri(["ps", "-a", "-q"], on: simulator.socket).output.split(separator: "\n").count == 1)
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

  /// containerd 1.7 and later refuse a container whose user namespace differs from that of the sandbox's configuration.
  @Test func `the configuration of the sandbox has the user namespace of the container`() async throws {
    let options = NamespaceOption(pid: .container, usernsOptions: UserNamespace(mode: .node))
    let sandbox = PodSandboxStatus(
      id: "pod1", metadata: PodSandboxMetadata(name: "web", uid: "u", namespace: "default"), state: .ready,
      linux: LinuxPodSandboxStatus(namespaces: Namespace(options: options)))
    let request = Locked<CreateContainerRequest?>(nil)
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ContainerStatus": return .failure(.notFound, "no such container")
      case "PodSandboxStatus": return .message(PodSandboxStatusResponse(status: sandbox))
      case "ImageStatus": return .message(ImageStatusResponse(image: Image(id: "a")))
      case "CreateContainer":
        let decoded = try CreateContainerRequest.decode(bytes)
        request.withLock { $0 = decoded }
        return .failure(.unknown, "enough")
      default: return .message([])
      }
    }
    let run = try await Tool.cri(["debug", "--image", "a", "-i", "pod1", "--", "sh"], on: runtime.path, input: "")
    #expect(run.code == 125 && run.errors.contains("enough"), "\(run)")
    let made = try #require(request.withLock { $0 })
    let own = made.config?.linux?.securityContext?.namespaceOptions
    #expect(made.sandboxConfig?.linux?.securityContext?.namespaceOptions == options)
    #expect(own?.usernsOptions == options.usernsOptions && own?.pid == .pod)
  }

  @Test func `a debug container that was left behind is named, and does not make the pod ambiguous`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let pod = try await Tool.cri(["pods", "-o", "json"], on: simulator.socket)
    let metadata = try JSON.parse(pod.output)["items"]?[0]?["metadata"]
    let (name, uid) = (metadata?["name"]?.stringValue ?? "", metadata?["uid"]?.stringValue ?? "")
    try TestFile.write(
      "metadata: {name: left}\nimage: {image: localhost/tools:1}\nlabels: {cri.debug/target: x}\n",
      to: directory.file("left.yaml"))
    try TestFile.write(
      "metadata: {name: \(name), uid: \(uid), namespace: default}\n", to: directory.file("pod.yaml"))
    #expect(try await Tool.cri(["pull", "localhost/tools:1"], on: simulator.socket).code == 0)
    let id = try await Tool.cri(["pods", "-q"], on: simulator.socket).output.split(separator: "\n").map(String.init)[0]
    let made = try await Tool.cri(
      ["create", id, directory.file("left.yaml"), directory.file("pod.yaml")], on: simulator.socket)
    #expect(made.code == 0, "\(made)")
    let left = String(made.output.prefix(13))
    #expect(try await Tool.cri(["start", left], on: simulator.socket).code == 0)
    let words = ["debug", "--image", "localhost/tools:1", "-i", name, "--", "sh"]
    let run = try await Tool.cri(words, on: simulator.socket, input: "echo hello\nexit\n")
    #expect(run.code == 0 && run.output == "hello\n", "\(run)")
    #expect(run.errors.contains("run cri rm -f \(left)"), "\(run)")
    #expect(try await Tool.cri(["exec", name, "echo", "main"], on: simulator.socket).output == "main\n")
    await simulator.end()
  }

  @Test(arguments: ["containerd", "cri-o"]) func `a bare name of a pod works in sessions`(runtime: String) async throws
  {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      """
      runtime: {name: \(runtime), version: 1.37.0}
      images: ["localhost/tools:1"]
      pods: [{name: web, containers: [{name: main, image: "localhost/tools:1"}]}]
      """, to: directory.file("node.yaml"))
    let simulator = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let run = try await Tool.cri(["exec", "web", "echo", "hello"], on: simulator.socket)
    #expect(run.code == 0 && run.output == "hello\n", "\(run)")
    let sync = try await Tool.cri(["exec", "--sync", "web", "echo", "hello"], on: simulator.socket)
    #expect(sync.code == 0 && sync.output == "hello\n", "\(sync)")
    let missing = try await Tool.cri(["attach", "nosuch"], on: simulator.socket)
    #expect(missing.code == 125 && missing.errors.contains("nosuch: no container or pod"), "\(missing)")
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
