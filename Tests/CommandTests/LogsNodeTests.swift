import CRI
import Foundation
import TestSupport
import Testing

/// Runs `cri logs` on the log of a real containerd.
@Suite(.timeLimit(.minutes(10))) struct LogsNodeTests {
  @Test func `a container's log with a rotation is printed completely`() async throws {
    try await ContainerdNode.with { node in
      let client = try node.client()
      let directory = "\(node.directory)/logs"
      let sandbox = PodSandboxConfig(
        metadata: PodSandboxMetadata(name: "talker", uid: "talker-1", namespace: "default"), logDirectory: directory)
      let pod = try await client.runtime.runPodSandbox(RunPodSandboxRequest(config: sandbox)).podSandboxID
      // 40000 bytes without a line feed are three records. Then the script waits for a file, and again before its end:
      // a shim drops output that containerd has not read two seconds after the container's exit.
      let script = """
        echo one; echo two >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; printf 'no feed'; echo
        while [ ! -e /go ]; do sleep 0.1; done
        i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo end >&2
        while [ ! -e /done ]; do sleep 0.1; done
        printf last; exit 3
        """
      let config = ContainerConfig(
        metadata: ContainerMetadata(name: "main"), image: ImageSpec(image: "localhost/busybox:1"),
        command: ["sh", "-c", script], logPath: "main/0.log", linux: LinuxContainerConfig())
      let id = try await client.runtime.createContainer(
        CreateContainerRequest(podSandboxID: pod, config: config, sandboxConfig: sandbox)
      ).containerID
      _ = try await client.runtime.startContainer(StartContainerRequest(containerID: id))
      let long = String(repeating: "x", count: 40_000)
      let isInstalled = await eventually(within: .seconds(60)) {
        (try? await node.cri("logs", "talker/main").output) == "one\n\(long)\nno feed\n"
      }
      #expect(isInstalled)
      let all = try await node.cri("logs", id)
      #expect(all.errors == "two\n" && all.code == 0)
      #expect(try await node.cri("logs", "--tail", "2", "-s", "stdout", id).output == "\(long)\nno feed\n")
      #expect(try await node.cri("logs", "--tail", "0", id).output.isEmpty)
      #expect(try await node.cri("logs", "--since", "1h", "-s", "stderr", "-t", id).errors.hasSuffix("Z two\n"))

      async let followed = node.cri("logs", "-f", "--tail", "1", "-s", "stdout", id)
      try await Task.sleep(for: .milliseconds(500))
      let log = "\(directory)/main/0.log"
      _ = try await client.runtime.execSync(ExecSyncRequest(containerID: id, cmd: ["touch", "/go"]))
      // Rotates as kubelet does, while the container writes.
      for number in 1...3 {
        try await Task.sleep(for: .milliseconds(30))
        _ = rename(log, "\(log).2024010\(number)-120000")
        _ = try await client.runtime.reopenContainerLog(ReopenContainerLogRequest(containerID: id))
      }
      let isWritten = await eventually(within: .seconds(120)) {
        (try? await node.cri("logs", "--tail", "1", "-s", "stdout", id).output) == "line 19999\n"
      }
      #expect(isWritten)
      _ = try await client.runtime.execSync(ExecSyncRequest(containerID: id, cmd: ["touch", "/done"]))
      let run = try await followed
      #expect(run.code == 0)
      let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.first == "no feed")
      // containerd may still write records to the old file after the new one exists, so these can come later.
      let numbers = lines.filter { $0.hasPrefix("line ") }.compactMap { Int($0.dropFirst(5)) }
      #expect(numbers.sorted().elementsEqual(0..<20_000))
      #expect(lines.count == 20_002 && lines.contains("last"), "\(lines.count) lines, the last \(lines.suffix(2))")
      // Afterwards, all files contain the complete output.
      let after = try await node.cri("logs", "--since", "0", "-s", "stdout", id)
      #expect(after.output.hasPrefix("one\n\(long)\nno feed\nline 0\n"))
      #expect(after.output.split(separator: "\n").count == 20_004)
      #expect(try await node.cri("logs", "--tail", "20001", "-s", "stdout", id).output.hasPrefix("line 0\nline 1\n"))
    }
  }
}
