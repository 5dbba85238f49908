internal import CRI

/// What a runtime reports about the usage of one container or pod.
protocol UsageStats: CMessage {
  var usageID: String { get }
  var cpuReading: CPUReading? { get }
  /// Memory in use that the kernel cannot easily reclaim, in bytes (CRI: `working_set_bytes`).
  var workingSet: UInt64 { get }
}

extension UsageStats {
  /// Whether anything is running, according to crictl's criterion.
  var hasUsage: Bool { (cpuReading?.used ?? 0) != 0 || workingSet != 0 }
}

extension ContainerStats: UsageStats {
  var usageID: String { attributes?.id ?? "" }
  var cpuReading: CPUReading? { cpu.map { CPUReading($0) } }
  var workingSet: UInt64 { memory?.workingSetBytes?.value ?? 0 }

  /// The pod's name from the labels that kubelet sets on its containers.
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
