internal import CRIMessages
internal import CRIProtobuf

/// The CRI's calls for resource usage. Values that were not recorded are generated, and grow over time.
extension SimulatedNode {
  func containerStats(_ request: ContainerStatsRequest) throws(CallFailure) -> ContainerStatsResponse {
    ContainerStatsResponse(stats: stats(of: try container(request.containerID, "failed to find container")))
  }

  func listContainerStats(_ filter: ContainerStatsFilter?) -> [ContainerStats] {
    let selection = ContainerFilter(
      id: filter?.id ?? "", podSandboxID: filter?.podSandboxID ?? "",
      labelSelector: filter?.labelSelector ?? [:])
    return listContainers(selection).compactMap { item in
      // Like containerd, return no usage for exited containers, unless it was recorded.
      guard let container = containers[item.id], container.state == .running || container.stats != nil else {
        return nil
      }
      return stats(of: container)
    }
  }

  func sandboxStats(_ request: PodSandboxStatsRequest) throws(CallFailure) -> PodSandboxStatsResponse {
    let id = request.podSandboxID
    return PodSandboxStatsResponse(
      stats: stats(of: try sandbox(id, "an error occurred when trying to find sandbox \(id)")))
  }

  func listSandboxStats(_ filter: PodSandboxStatsFilter?) -> [PodSandboxStats] {
    let selection = PodSandboxFilter(id: filter?.id ?? "", labelSelector: filter?.labelSelector ?? [:])
    return listSandboxes(selection).compactMap { item in
      guard let sandbox = sandboxes[item.id], sandbox.isReady || sandbox.stats != nil else { return nil }
      return stats(of: sandbox)
    }
  }

  private func stats(of container: SimulatedContainer) -> ContainerStats {
    if let stats = container.stats { return stats }
    let item = container.item
    let path = FilesystemIdentifier(mountpoint: "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs")
    return ContainerStats(
      attributes: ContainerAttributes(
        id: item.id, metadata: item.metadata, labels: item.labels, annotations: item.annotations),
      cpu: cpu(item.id, since: container.status.startedAt), memory: memory(item.id),
      writableLayer: FilesystemUsage(
        timestamp: now, fsID: path, usedBytes: UInt64Value(value: number(item.id, 1 << 20)),
        inodesUsed: UInt64Value(value: number(item.id, 64))))
  }

  private func stats(of sandbox: SimulatedSandbox) -> PodSandboxStats {
    if let stats = sandbox.stats { return stats }
    let item = sandbox.item
    let transferred = UInt64Value(value: number(item.id, 1 << 30))
    let interface = NetworkInterfaceUsage(
      name: "eth0", rxBytes: transferred, rxErrors: UInt64Value(), txBytes: transferred,
      txErrors: UInt64Value())
    return PodSandboxStats(
      attributes: PodSandboxAttributes(
        id: item.id, metadata: item.metadata, labels: item.labels, annotations: item.annotations),
      linux: LinuxPodSandboxStats(
        cpu: cpu(item.id, since: item.createdAt), memory: memory(item.id),
        network: sandbox.isHostNetwork ? nil : NetworkUsage(timestamp: now, defaultInterface: interface),
        process: ProcessUsage(timestamp: now, processCount: UInt64Value(value: number(item.id, 30) + 1)),
        containers: listContainerStats(ContainerStatsFilter(podSandboxID: item.id))))
  }

  private func cpu(_ id: String, since start: Timestamp) -> CpuUsage {
    let share = number(id, 500) + 1
    let age = UInt64(clamping: now.nanoseconds - start.nanoseconds)
    return CpuUsage(
      timestamp: now, usageCoreNanoSeconds: UInt64Value(value: age / 1000 * share),
      usageNanoCores: UInt64Value(value: share * 1_000_000))
  }

  private func memory(_ id: String) -> MemoryUsage {
    let used = number(id, 100 << 20) + 600_000
    return MemoryUsage(
      timestamp: now, workingSetBytes: UInt64Value(value: used),
      usageBytes: UInt64Value(value: used + used / 8),
      rssBytes: UInt64Value(value: used / 2), pageFaults: UInt64Value(value: used / 4096),
      majorPageFaults: UInt64Value(value: 0))
  }

  /// Returns a number that depends only on the ID and is less than the limit.
  private func number(_ id: String, _ limit: Int) -> UInt64 { UInt64(Identifier.number(id, below: limit)) }
}
