import CRIJSON
import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

/// Statistics for the pods of a real containerd.
@Suite(.serialized, .timeLimit(.minutes(10))) struct StatsNodeTests {
  @Test func `containers, pods and images are measured`() async throws {
    try await ContainerdNode.with { node in
      let run = try await node.cri("stats", "-a", "-s", "200ms")
      let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
      #expect(run.code == 0 && rows.count == 5, "\(run)")
      for row in rows {
        #expect(row.count == 7 && row[2].contains(".") && row[3].hasSuffix("B") && row[4].hasSuffix("B"), "\(row)")
        #expect(Double(row[2]) != nil && UInt64(row[5]) != nil && row[6] == "0B", "\(row)")
      }
      #expect(rows.map { $0[0] } == rows.map { $0[0] }.sorted())
      // Two of the containers have exited and use no resources.
      let running = try await node.cri("stats", "-o", "jsonpath={.stats[*].attributes.metadata.name}")
      #expect(Set(running.output.split(whereSeparator: \.isWhitespace)) == ["nginx", "coredns", "kube-proxy"])

      let container = try await node.container("nginx")
      let one = try await node.cri("stats", "--no-trunc", "--seconds=100ms", String(container.id.prefix(12)))
      #expect(one.output.split(separator: "\n").count == 2 && one.output.contains(container.id), "\(one)")
      let document = try await node.cri("stats", "-o", "json", "--pod", container.podSandboxID)
      let stats = try ListContainerStatsResponse(json: JSON.parse(document.output)).stats
      #expect(stats.map(\.attributes?.id) == [container.id] && stats.first?.memory?.workingSetBytes != nil)
      #expect(try await node.cri("stats", "nosuch").code == 7)

      // containerd may not be able to measure pods without a control group.
      let pods = try await node.cri("statsp", "-s", "100ms")
      #expect(pods.code == 0 || pods.errors.split(separator: "\n").count == 1, "\(pods)")

      let images = try await node.cri("imagefsinfo", "-o", "jsonpath={.status.imageFilesystems[0].fsId.mountpoint}")
      #expect(images.output.hasPrefix("\(node.directory)/root/"), "\(images)")
      let table = try await node.cri("imagefsinfo", "-o", "table")
      #expect(table.output.hasPrefix("Container Filesystem \nImage Filesystem \nTimeStamp[0]: "), "\(table)")
      #expect(try await node.cri("metricsp").errors.contains("does not implement ListPodSandboxMetrics"))
    }
  }
}
