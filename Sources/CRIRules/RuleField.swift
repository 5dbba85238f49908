/// What a rule compares. The raw value is its name in documents, which is the CRI's name if the CRI has such a field.
public enum RuleField: String, Hashable, Sendable, CaseIterable {
  case state
  case exitCode = "exit_code"
  case reason
  case finishedAt = "finished_at"
  case pid
  case createdAt = "created_at"
  case startedAt = "started_at"
  case attempt = "metadata.attempt"
  case restartCount = "io.kubernetes.container.restartCount"
  case containerHash = "io.kubernetes.container.hash"
  case name = "metadata.name"
  case sandboxID = "pod_sandbox_id"
  case labels
  case annotations
  case requestedImage = "image.image"
  case imageRef = "image_ref"
  case imageID = "image_id"
  case logPath = "log_path"
  case mounts
  case resources
  case user
  case stopSignal = "stop_signal"
  case process
  case shim = "shim or conmon"
  case logFile = "log file"
  case exec
  case cgroup
  case container
  case metadata
  case sandbox
  case manifest
  case ip = "network.ip"
  case additionalIPs = "network.additional_ips"
  case namespaces = "linux.namespaces.options"
  case runtimeHandler = "runtime_handler"
  case networkNamespace = "network namespace"
  case cniResult = "CNI result"
  case interfaces
  case runtimeName = "runtime_name"
  case runtimeVersion = "runtime_version"
  case runtimeReady = "RuntimeReady"
  case networkReady = "NetworkReady"
  case conditions
  case runtimeHandlers = "runtime_handlers"
  case handlerFeatures = "runtime_handlers.features"
  case cgroupDriver = "cgroup driver"
  case cniConfiguration = "CNI configuration"
  case pauseImage = "sandbox image"
  case ociRuntime = "OCI runtime"
  case daemon
  case apiVersion = "version"
  case executable
  case bootID = "boot id"
  case nodeName = "node name"
  case processes
  case images
  case imageNames = "repo_tags, repo_digests"
  case pinned
  case networkMode = "linux.namespaces.options.network"
  case readySandboxes = "ready sandboxes"
}
