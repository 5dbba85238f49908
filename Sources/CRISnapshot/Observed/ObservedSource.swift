/// A source of observations. The raw value is the code in a snapshot's document.
public enum ObservedSource: String, Hashable, Sendable, CaseIterable {
  case podNetworkNamespaces = "pod-network-namespaces"
  case podInterfaces = "pod-interfaces"
  case podProcesses = "pod-processes"
  case processNetworkNamespaces = "process-network-namespaces"
  case cniResults = "cni-results"
  case hostLocalLeases = "host-local-leases"
  case containerProcesses = "container-processes"
  case logFiles = "log-files"
  case execProbes = "exec-probes"
  case orphans
  case ociRuntimes = "oci-runtimes"
  case kubeletPodDirectories = "kubelet-pod-directories"
  case staticPods = "static-pods"
}
