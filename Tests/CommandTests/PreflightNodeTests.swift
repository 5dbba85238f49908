import CRI
import Foundation
import TestSupport
import Testing

/// Damages the state of a real containerd, and checks that preflight predicts what its restart then loses.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PreflightNodeTests {
  @Test func `a paused container, a damaged checkpoint and a missing socket of a shim are predicted`() async throws {
    try await ContainerdNode.with { node in
      let (nginx, proxy) = (try await node.container("nginx"), try await node.container("kube-proxy"))
      let dns = try await node.sandbox("coredns-7c6")
      try await node.ctr("tasks pause \(nginx.id)")
      let paused = try await node.cri("preflight")
      #expect(paused.code == 5 && Self.lines(paused, "P23") == ["web-5d4b/nginx"], "\(paused)")
      try await node.ctr("tasks resume \(nginx.id)")
      let resumed = try await node.cri("preflight")
      #expect(resumed.code == 0, "\(resumed)")

      try await node.ctr("tasks pause \(nginx.id)")
      try await node.run(": >'\(node.directory)/root/io.containerd.grpc.v1.cri/containers/\(proxy.id)/status'")
      let bundle = "\(node.directory)/state/io.containerd.runtime.v2.task/k8s.io/\(dns.id)"
      try await node.run("address=$(cat '\(bundle)/address') && rm \"${address#unix://}\"")
      let run = try await node.cri("preflight")
      #expect(run.code == 5 && run.output.contains("/status [P5]"), "\(run)")
      #expect(Self.lines(run, "P23") == ["web-5d4b/nginx"] && Self.lines(run, "P5") == ["kube-proxy-x1/kube-proxy"])
      #expect(Self.lines(run, "P22") == ["coredns-7c6", "coredns-7c6/coredns"], "\(run)")

      try await node.act("restart")
      #expect(try await node.container("nginx").state == .unknown)
      #expect(try await node.container("kube-proxy").state == .unknown)
      #expect(try await node.sandbox("coredns-7c6").state == .notReady)
      #expect(try await node.sandbox("web-5d4b").state == .ready)
      // Without this, the pod could not be stopped.
      try await node.ctr("tasks resume \(nginx.id)")
    }
  }

  @Test(arguments: [("size=64m", "block"), ("nr_inodes=4000", "inode")])
  func `a full file system is predicted, and loses every container`(limit: String, unit: String) async throws {
    try await ContainerdNode.with { node in
      let root = "\(node.directory)/root"
      try await node.act("stop")
      try await node.run("cp -a '\(root)' '\(root).old' && mount -t tmpfs -o \(limit) none '\(root)'")
      try await node.run("cp -a '\(root).old/.' '\(root)'")
      try await node.act("start")
      #expect(try await node.cri("preflight").code == 0)
      switch unit {
      case "block": try await node.run("! dd if=/dev/zero of='\(root)/fill' bs=4k 2>/dev/null")
      default: try await node.run("mkdir '\(root)/fill' && cd '\(root)/fill' && ! seq 9999 | xargs touch 2>/dev/null")
      }
      let run = try await node.cri("preflight")
      #expect(run.code == 5 && run.output.contains("has no free \(unit) [N22]"), "\(run)")
      #expect(Self.lines(run, "N22").isSuperset(of: ["web-5d4b/nginx", "coredns-7c6/coredns"]), "\(run)")
      try await node.act("restart")
      #expect(try await node.client().runtime.listContainers().containers.isEmpty)

      // Nothing is lost for good: with free space, the next start finds the records again.
      try await node.run("rm -r '\(root)/fill'")
      let freed = try await node.cri("preflight")
      #expect(Self.lines(freed, "N22").isEmpty, "\(freed)")
      try await node.act("restart")
      #expect(try await node.container("nginx").state == .running)
    }
  }

  /// Returns the objects of a rule, without their namespaces. A container below its pod's line has only its name there.
  private static func lines(_ run: Tool, _ rule: String) -> Set<String> {
    var pod = ""
    var found: Set<String> = []
    for line in run.output.split(separator: "\n") where !line.hasPrefix("[") {
      guard let word = line.split(separator: " ").dropFirst().first else { continue }
      let parts = word.split(separator: "/").map(String.init)
      if parts.count > 1 { pod = parts[1] }
      let name = parts.count > 1 ? parts.dropFirst().joined(separator: "/") : "\(pod)/\(word)"
      if line.hasSuffix(" [\(rule)]") { found.insert(name) }
    }
    return found
  }
}
