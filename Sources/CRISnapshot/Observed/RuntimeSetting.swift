/// A setting of the runtime that a rule needs.
public enum RuntimeSetting: String, Hashable, Sendable, CaseIterable {
  case cgroupDriver = "cgroup-driver"
  case pauseImage = "pause-image"
  case networkDirectory = "network-directory"
  /// containerd's root and state directories.
  case directories
  /// The directory in which CRI-O keeps its containers.
  case containerDirectory = "container-directory"
  case ociRuntimes = "oci-runtimes"
  case pids
  case handlers
}
