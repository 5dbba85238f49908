internal import CRI

/// What a runtime says of one container's or pod's use.
protocol UsageStats: CMessage {
  var usageID: String { get }
  var cpuReading: CPUReading? { get }
  /// Bytes in use that cannot be freed (CRI: `working_set_bytes`).
  var workingSet: UInt64 { get }
}

extension UsageStats {
  /// Whether anything runs there, as crictl tells it.
  var isUsed: Bool { (cpuReading?.used ?? 0) != 0 || workingSet != 0 }
}

extension ContainerStats: UsageStats {
  var usageID: String { attributes?.id ?? "" }
  var cpuReading: CPUReading? { cpu.map { CPUReading($0) } }
  var workingSet: UInt64 { memory?.workingSetBytes?.value ?? 0 }

  /// The labels that kubelet gives a container name its pod.
  var podName: String { attributes?.labels["io.kubernetes.pod.name"] ?? "unknown" }
  var podNamespace: String { attributes?.labels["io.kubernetes.pod.namespace"] ?? "unknown" }
}

extension PodSandboxStats: UsageStats {
  var usageID: String { attributes?.id ?? "" }

  var cpuReading: CPUReading? {
    if let linux { return linux.cpu.map { CPUReading($0) } }
    return windows?.cpu.map { CPUReading($0) }
  }

  var workingSet: UInt64 {
    if let linux { return linux.memory?.workingSetBytes?.value ?? 0 }
    return windows?.memory?.workingSetBytes?.value ?? 0
  }
}
