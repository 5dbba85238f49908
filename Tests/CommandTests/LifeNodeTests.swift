import CRI
import CRIJSON
import Foundation
import TestSupport
import Testing

/// The life cycle of a pod on a real containerd, using only the command.
@Suite(.timeLimit(.minutes(10))) struct LifeNodeTests {
  @Test func `a pod's life cycle works in both versions of the CRI`() async throws {
    try await ContainerdNode.with { node in
      for api in ["v1", "v1alpha2"] { try await live(on: node, api) }
      try await fail(on: node)
      try await images(on: node)
    }
  }

  private func files(_ node: ContainerdNode, command: String = "sh") throws -> LifeFiles {
    let files = try LifeFiles()
    try files.write(pod: "metadata: {name: life, namespace: default}\nlog_directory: \(node.directory)/logs # here\n")
    try files.write(
      container: """
        metadata: {name: main}
        image: {image: localhost/busybox:1}
        command: ["\(command)", "-c", "echo $GREETING; trap 'echo bye; exit 3' TERM; while :; do sleep 0.1; done"]
        envs: [{key: GREETING, value: hello}]
        log_path: main/0.log
        annotations: {io.kubernetes.pod.terminationGracePeriod: 60}
        mounts: [{containerPath: /host, hostPath: \(node.directory), propagation: private, readonly: yes}]
        linux: {resources: {cpu_shares: 128}, security_context: {run_as_user: 0}}
        """)
    return files
  }

  private func live(on node: ContainerdNode, _ api: String) async throws {
    let files = try files(node)
    func cri(_ words: String...) async throws -> Tool { try await Tool.cri(["--api", api] + words, on: node.socket) }
    func made(_ words: String...) async throws -> String {
      let run = try await Tool.cri(["--api", api] + words, on: node.socket)
      try #require(run.code == 0 && run.errors.isEmpty, "\(run)")
      return run.output.trimmingCharacters(in: .newlines)
    }
    let pod = try await made("runp", files.pod)
    let container = try await made("create", pod, files.container, files.pod)
    #expect(pod.count == 64 && container.count == 64)
    #expect(try await made("start", container) == container)
    async let followed = cri("logs", "-f", container)
    #expect(try await made("update", container, "--cpu-share", "0x100") == container)
    let status = try JSON.parse(try await cri("inspect", container).output)
    #expect(status["info"]?["runtimeSpec"]?["linux"]?["resources"]?["cpu"]?["shares"]?.intValue == 256)
    let usage = try JSON.parse(try await cri("stats", "--id", container, "-o", "json").output)["stats"]?[0]
    #expect(usage?["attributes"]?["id"]?.stringValue == container)
    #expect((usage?["memory"]?["workingSetBytes"]?["value"]?.stringValue).flatMap { Int($0) } ?? 0 > 0)
    let log = "\(node.directory)/logs/main/0.log"
    let hasPrinted = await eventually(within: .seconds(60)) { TestFile.read(log).contains("hello") }
    #expect(hasPrinted)
    #expect(try await cri("rm", container).code == 1)
    #expect(try await cri("rmp", pod).code == 1)
    // The annotation gives the container a grace period.
    #expect(try await made("stop", container) == container)
    let printed = try await followed
    #expect(printed.output == "hello\nbye\n", "\(api) \(printed)")
    let ended = try JSON.parse(try await cri("inspect", container).output)
    #expect(ended["status"]?["exitCode"]?.intValue == 3)
    #expect(try await made("rm", "--log-root", "\(node.directory)/logs", container) == container)
    #expect(TestFile.read(log).isEmpty)
    #expect(try await made("stopp", pod) == "Stopped sandbox \(pod)")
    #expect(try await made("rmp", pod) == "Removed sandbox \(pod)")
    let second = try await made("run", "--no-pull", files.container, files.pod)
    #expect(try await made("ps", "-q").split(separator: "\n").contains(Substring(second)))
    let owner = try await made("pods", "-q", "--name", "^life$")
    #expect(try await made("rmp", "-f", owner) == "Stopped sandbox \(owner)\nRemoved sandbox \(owner)")
    // Removing a pod removes its containers and keeps their logs, as kubelet requires.
    #expect(TestFile.read(log) != "")
    _ = try await Tool.shell("rm '\(log)'")
  }

  private func fail(on node: ContainerdNode) async throws {
    let files = try files(node, command: "no-such-program")
    let before = try await node.cri("pods", "-q").output
    let run = try await node.cri("run", "--no-pull", files.container, files.pod)
    #expect(run.code == 1 && run.output.isEmpty)
    #expect(run.errors.contains("no-such-program") && run.errors.hasSuffix("was removed again\n"), "\(run)")
    // No registry listens on that port.
    let pulled = try await node.cri("run", files.container, files.pod)
    #expect(pulled.code == 1 && pulled.errors.contains("localhost/busybox:1") && pulled.errors.contains("--no-pull"))
    #expect(try await node.cri("pods", "-q").output == before)
  }

  private func images(on node: ContainerdNode) async throws {
    try await node.ctr("images export '\(node.directory)/busybox.tar' localhost/busybox:1")
    try await node.ctr("images tag localhost/busybox:1 localhost/other:2")
    let pruned = try await node.cri("rmi", "--prune")
    #expect(pruned.code == 0 && pruned.output.isEmpty, "\(pruned)")
    let all = try await node.cri("rmp", "-a", "-f")
    #expect(all.code == 0 && all.errors.isEmpty, "\(all)")
    #expect(try await node.cri("pods", "-q").output.isEmpty)
    let removed = try await node.cri("rmi", "localhost/other:2")
    #expect(
      removed.output.split(separator: "\n").sorted() == ["Deleted: localhost/busybox:1", "Deleted: localhost/other:2"])
    #expect(removed.errors.contains("other names") && removed.errors.contains("localhost/busybox:1"))
    try await pull(on: node)
    #expect(try await node.cri("rmi", "-a").code == 0)
    #expect(try await node.cri("images", "-q").output.isEmpty)
    let missing = try await node.cri("pull", "localhost/busybox:1")
    #expect(missing.code == 1 && missing.errors.contains("connection refused"), "\(missing)")
  }

  /// Pulls from a registry that accepts one user name and password (see Tools/registry-peer).
  private func pull(on node: ContainerdNode) async throws {
    let words = ["/usr/bin/python3", Tool.source("Tools/registry-peer/registry.py"), "\(node.directory)/busybox.tar"]
    let registry = try SpawnedProcess(words + ["team/box:1", "me:open:sesame"])
    let image = "localhost:\(try #require(await registry.line()))/team/box:1"
    let refused = try await node.cri("pull", "--creds", "me:wrong", image)
    #expect(refused.code == 1 && refused.errors.contains("401") && !refused.errors.contains("wrong"), "\(refused)")
    #expect(try await node.cri("pull", image).code == 1)

    let files = try files(node)
    let login = Data("me:open:sesame".utf8).base64EncodedString()
    let key = image.split(separator: "/").dropLast().joined(separator: "/")
    try TestFile.write(#"{"auths": {"\#(key)": {"auth": "\#(login)"}}}"#, to: files.directory.file("auth.json"))
    let environment = ["REGISTRY_AUTH_FILE": files.directory.file("auth.json")]
    let pulled = try await Tool.cri(["pull", image], on: node.socket, environment: environment)
    #expect(pulled.code == 0 && pulled.output.hasPrefix("Image is up to date for sha256:"), "\(pulled)")
    #expect(try await node.cri("rmi", image).output == "Deleted: \(image)\n")

    // run pulls the image itself.
    try files.write(
      container: "{metadata: {name: main}, image: {image: '\(image)'}, command: [sleep, '100'], log_path: main/1.log}")
    let run = try await node.cri("run", files.container, files.pod, "--auth", login, "-T", "60s")
    #expect(run.code == 0 && run.output.count == 65, "\(run)")
    #expect(try await node.cri("rmp", "-fa").code == 0)
  }
}
