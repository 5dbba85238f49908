import CRI
import CRIJSON
import CRISimulator
import Foundation
import Testing
import TestSupport

@Suite struct PreflightCommandTests {
  private static func simulated(_ recording: String) throws -> (SimulatedRuntime, socket: String, TemporaryDirectory) {
    let directory = try TemporaryDirectory()
    let runtime = try SimulatedRuntime(.recording(Recording.path(recording, .before)))
    try runtime.start(at: directory.file("s"))
    return (runtime, directory.file("s"), directory)
  }

  private static func preflight(_ options: [String], _ socket: String) async throws -> Tool {
    try await Tool.cri(["preflight"] + options, on: socket)
  }

  @Test func `a predicted loss is printed with the pod's name and a remedy`() async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-1.6.12")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let run = try await Self.preflight(["--root", directory.path], socket)
    #expect(run.code == 5)
    #expect(run.errors == "")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("preflight: restart of containerd 1.6.12+unknown on ") == true)
    let proved = lines.filter { $0.contains("the pod's address is not on disk: 10.42.0.") && $0.hasSuffix("[P1]") }
    #expect(proved.count == 2)
    #expect(proved.allSatisfy { $0.hasPrefix("CRITICAL  ") })
    #expect(lines.contains("2 pods would be lost"))
    #expect(lines.contains { $0.hasPrefix("[P1] ") && $0.contains("remedy: drain the node") })
    #expect(lines.contains { $0.hasPrefix("not checked: P5, N22, N23: /var/lib/containerd/") })
    #expect(lines.last == "LOSS PREDICTED: do not restart this runtime now")
  }

  @Test(arguments: ["P1", "network.ip-on-disk"])
  func `an ignored rule is not checked, whichever of its names is used`(name: String) async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-1.6.12")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let run = try await Self.preflight(["--root", directory.path, "--ignore", name], socket)
    #expect(!run.output.contains("2 pods would be lost") && !run.output.contains("the pod's address is not on disk"))
    #expect(run.output.contains("not checked: P1: excluded by --ignore, 2 findings\n"), "\(run.output)")
  }

  @Test(arguments: ["P99", "pod.ip", ""])
  func `only a rule of preflight can be ignored`(name: String) async throws {
    let run = try await Self.preflight(["--ignore", name], "/nowhere.sock")
    #expect(run.code == 2)
    #expect(run.errors.contains("--ignore \(name): preflight has no such rule; cri rules lists them"), "\(run.errors)")
  }

  @Test func `the document has the same content`() async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-1.6.12")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let run = try await Self.preflight(["--root", directory.path, "--to", "1.6.14", "-o", "json"], socket)
    #expect(run.code == 5)
    let document = try JSON.parse(run.output)
    #expect(document["kind"]?.stringValue == "cri-preflight")
    #expect(document["exitCode"]?.intValue == 5)
    #expect(document["target"]?.stringValue == "1.6.14")
    #expect(document["pods"]?.arrayValue?.map { $0["pod"]?.stringValue } == ["p-web", "p-dns"])
    #expect(document["pods"]?.arrayValue?.allSatisfy { $0["rules"]?[0] == "P1" } == true)
  }

  @Test func `the --pods file shows which of the lost pods kubelet does not recreate`() async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-1.6.12")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let plain = try await Self.preflight(["--root", directory.path], socket)
    #expect(plain.output.contains("kubelet does not recreate those with restartPolicy Never; --pods supplies"))
    let document = try JSON.parse(try await Self.preflight(["--root", directory.path, "-o", "json"], socket).output)
    let pods = try #require(document["pods"]?.arrayValue)
    #expect(pods.allSatisfy { $0["action"]?.isNull == true && $0["restartPolicy"]?.isNull == true })
    let lost = try #require(pods.first { $0["pod"] == "p-web" })
    let specification: JSON = [
      "kind": "Pod",
      "metadata": [
        "name": "p-web", "namespace": lost["namespace"] ?? .null, "uid": lost["uid"] ?? .null,
        "ownerReferences": [["kind": "Job", "controller": true]],
      ],
      "spec": ["restartPolicy": "Never", "containers": [["name": "main"]]],
    ]
    try TestFile.write(specification.text(), to: directory.file("pods.json"))
    let options = ["--root", directory.path, "--pods", directory.file("pods.json")]
    let run = try await Self.preflight(options, socket)
    #expect(run.code == 5, "\(run)")
    #expect(run.output.contains("kubelet will not recreate \(lost["namespace"]?.stringValue ?? "")/p-web, because"))
    #expect(run.output.contains("--pods has no specification of ") && run.output.contains("/p-dns: if the restart"))
    #expect(run.output.contains("1 of these pods belongs to a Job"))
    let reactions = try JSON.parse(try await Self.preflight(options + ["-o", "json"], socket).output)["pods"]
    let values = (reactions?.arrayValue ?? []).map { pod in
      ["pod", "action", "restartPolicy", "owner"].map { pod[$0]?.stringValue ?? "-" }.joined(separator: " ")
    }
    #expect(values == ["p-web kill Never Job", "p-dns - - -"])
  }

  @Test func `an unchecked rule that could predict a loss is not a success`() async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-1.6.20")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let run = try await Self.preflight(["--root", directory.path], socket)
    #expect(run.code == 3)
    #expect(run.output.contains("unknown: no loss was found"))
  }

  @Test func `a usage error and an unreachable runtime have their own exit codes`() async throws {
    let usage = try await Self.preflight(["--to", "next"], "/nowhere.sock")
    #expect(usage.code == 2)
    #expect(usage.errors == "cri: --to next: specify a version such as 2.1.4 or v1.31.2+k3s1\n")
    let directory = try TemporaryDirectory()
    try Data().write(to: URL(filePath: directory.file("f")))
    for (root, words) in [
      ("", "--root is empty; "), ("/nonexistent", "--root /nonexistent: "),
      (directory.file("f"), "--root \(directory.file("f")): "),
    ] {
      let run = try await Self.preflight(["--root", root], "/nowhere.sock")
      #expect(run.code == 2 && run.errors.hasPrefix("cri: \(words)"), "\(run.errors)")
    }
    let gone = try await Self.preflight([], "/nowhere.sock")
    #expect(gone.code == 3)
    #expect(gone.output == "")
  }

  @Test(arguments: ["v1.31.2+k3s1", "v1.31.2+rke2r1", "2.1.4-k3s1"])
  func `a version of k3s or RKE2 is refused as a target of CRI-O`(target: String) async throws {
    let (runtime, socket, directory) = try Self.simulated("cri-o-1.37")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let run = try await Self.preflight(["--root", directory.path, "--to", target, "--pull"], socket)
    #expect(run.code == 2 && run.output == "")
    #expect(run.errors.hasPrefix("cri: --to \(target): "))
    #expect(run.errors.contains(" bundles containerd, and this runtime is cri-o 1.37"))
  }

  /// cri-dockerd reports "docker" as the runtime's name.
  @Test func `for an unknown runtime, the report says what is not checked`() async throws {
    let directory = try TemporaryDirectory()
    let text = "runtime: {name: docker, version: 27.1.0}\npods:\n- {name: web, ips: [10.9.0.2]}\n"
    try Data(text.utf8).write(to: URL(filePath: directory.file("d.yaml")))
    let runtime = try SimulatedRuntime(.description(directory.file("d.yaml")))
    try runtime.start(at: directory.file("s"))
    defer { runtime.stop() }
    let run = try await Self.preflight(["--root", directory.path], directory.file("s"))
    #expect(run.code == 3 && !run.output.contains("it was not examined"))
    for words in [
      "not checked: what a restart would lose: cri can read the records of containerd and CRI-O only, not those of docker",
      "not checked: N6, N13: cri can read the pause image of containerd and CRI-O only, not of docker",
    ] {
      #expect(run.output.contains(words), "\(run.output)")
    }
  }

  /// A daily run without a target only prints what concerns the running version.
  @Test func `a defect of every version is printed if the version changes`() async throws {
    let (runtime, socket, directory) = try Self.simulated("containerd-2.4")
    defer { withExtendedLifetime((runtime, directory)) { runtime.stop() } }
    let daily = try await Self.preflight(["--root", directory.path], socket)
    #expect(!daily.output.contains("12600"), "\(daily.output)")
    let document = try JSON.parse(try await Self.preflight(["--root", directory.path, "-o", "json"], socket).output)
    let row = document["advisories"]?.arrayValue?.first { $0["id"] == "containerd-12600" }
    #expect(row?["standing"] == "unfixed")
    let upgrade = try await Self.preflight(["--root", directory.path, "--to", "2.4.1"], socket)
    #expect(upgrade.output.contains("defect of every version: containerd#12600: "))
  }

  /// Debian's containerd 1.6.20 has the fix for containerd#7843.
  @Test(.timeLimit(.minutes(5)))
  func `a real containerd loses exactly what is predicted`() async throws {
    try await ContainerdNode.with(Self.losePredicted)
  }

  private static func losePredicted(_ node: ContainerdNode) async throws {
    func preflight() async throws -> (code: Int32, text: String) {
      let run = try await Self.preflight([], node.socket)
      return (run.code, run.output + run.errors)
    }
    for _ in 0..<2 {
      let (code, text) = try await preflight()
      #expect(code == 0, "\(text)")
      #expect(text.hasSuffix("no loss predicted: 3 ready pods would survive the restart\n"))
      try await node.act("restart")
    }
    #expect(try await node.sandbox("coredns-7c6").state == .ready)
    #expect(try await node.container("nginx").state == .running)

    let nginx = try await node.container("nginx")
    let checkpoint = "\(node.directory)/root/io.containerd.grpc.v1.cri/containers/\(nginx.id)/status"
    try FileManager.default.removeItem(atPath: checkpoint)
    let coredns = try await node.sandbox("coredns-7c6")
    let shim =
      "\(node.directory)/state/io.containerd.runtime.v2.task/k8s.io/\(coredns.id)/shim-binary-path"
    try Data("/nowhere/containerd-shim-runc-v2".utf8).write(to: URL(filePath: shim))
    let (code, text) = try await preflight()
    #expect(code == 5)
    #expect(text.contains("the container's checkpoint is missing or damaged: \(checkpoint) [P5]"))
    #expect(text.contains("the executable of the pod's shim no longer exists: /nowhere/containerd-shim-runc-v2 [P6]"))
    #expect(text.contains("1 pod would be lost"))
    #expect(text.contains("1 pod would stay, but lose containers"))

    // The restart confirms the prediction for these two pods and no others.
    try await node.act("restart")
    #expect(try await node.container("nginx").state == .unknown)
    #expect(try await node.sandbox("coredns-7c6").state == .notReady)
    #expect(try await node.sandbox("web-5d4b").state == .ready)
    #expect(try await node.sandbox("kube-proxy-x1").state == .ready)

    // The runtime still lists an object that its next start will not find by label.
    let web = try await node.sandbox("web-5d4b")
    let proxy = try await node.container("kube-proxy")
    for id in [web.id, proxy.id] { try await node.ctr("containers label \(id) io.cri-containerd.kind=") }
    let hidden = try await preflight()
    #expect(hidden.code == 5)
    let lines = hidden.text.split(separator: "\n")
    #expect(
      lines.contains { $0.contains("web-5d4b") && $0.contains("has no record on disk") && $0.hasSuffix("[P8]") })
    #expect(lines.contains { $0.contains("kube-proxy") && $0.hasSuffix("[P9]") })
    try await node.act("restart")
    let runtime = try node.client().runtime
    #expect(try await runtime.listPodSandbox().items.contains { $0.id == web.id } == false)
    #expect(try await runtime.listContainers().containers.contains { $0.id == proxy.id } == false)
  }
}
