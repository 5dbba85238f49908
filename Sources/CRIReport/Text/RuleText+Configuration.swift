internal import CRIRules

extension RuleText {
  /// The wording of the rules about the configuration that containerd will read when it starts.
  static func configuration(_ id: RuleID) -> RuleText? {
    switch id {
    case .runtimeConfiguration:
      RuleText(
        violation: "containerd cannot start with its configuration",
        reason:
          "the running daemon still uses the configuration it started with; after a restart, containerd reads the files "
          + "and exits",
        remedy: "correct the configuration before any restart (containerd config dump shows what is wrong)")
    case .runtimeCRIPlugin:
      RuleText(
        violation: "the CRI plugin does not load with containerd's configuration",
        reason:
          "after a restart, containerd does not serve the CRI: kubelet gets \"unknown service "
          + "runtime.v1.RuntimeService\", and the node becomes NotReady",
        remedy: "correct the configuration before any restart (many packages install disabled_plugins = [\"cri\"])")
    case .runtimeDirectories:
      RuleText(
        violation: "containerd's configuration names a different directory",
        reason:
          "after a restart, containerd does not find the pod's data: the pod's processes keep running without an "
          + "owner, and kubelet creates a second copy of the pod",
        remedy: "set the directory to its present value; to move it, drain the node first")
    case .runtimeAddress:
      RuleText(
        violation: "containerd's configuration names a different socket",
        reason: "after a restart, kubelet and other clients do not find the socket, and the node becomes NotReady",
        remedy: "set address in [grpc] to its present value, or change kubelet's containerRuntimeEndpoint too")
    case .runtimeHandlersConfigured:
      RuleText(
        violation: "containerd's configuration does not define the pod's runtime handler",
        reason: "after a restart, no container of the pod can be started again, and the pod cannot be recreated",
        remedy: "restore the handler's table (containerd.runtimes.NAME) before the change")
    case .runtimeCgroupDriverConfigured:
      RuleText(
        violation: "SystemdCgroup in containerd's configuration differs from the running daemon's",
        reason:
          "containers that are created after a restart use a different cgroup driver from those that are running; if kubelet "
          + "does not use the new driver as well, they do not start, or are outside their pod's cgroup (containerd#7276)",
        remedy:
          "set SystemdCgroup to its present value, or drain the node first and make sure that kubelet uses the new driver"
      )
    case .runtimeSettingsRead:
      RuleText(
        violation:
          "the version after the change does not read the CRI's settings from the tables in which the configuration has "
          + "them",
        reason: "it uses its defaults instead, for the pause image, the cgroup driver, the handlers and CNI",
        remedy: "convert the configuration for that version (containerd config migrate)")
    case .imagePauseConfigured:
      RuleText(
        violation: "the pause image in containerd's configuration is missing",
        reason: "after a restart, no pod can start until the image is pulled",
        remedy: "pull the image first")
    case .networkConfigured:
      RuleText(
        violation: "the CNI directories in containerd's configuration are incomplete",
        reason: "after a restart, no pod can be started, stopped or removed",
        remedy: "set conf_dir and bin_dir (bin_dirs in containerd 2.1) to their present values")
    case .runtimeProgramsConfigured:
      RuleText(
        violation: "a program that containerd's configuration names for the default runtime handler does not exist",
        reason: "after a restart, no pod can be started",
        remedy: "install the program, or set runtime_type, runtime_path and BinaryName to their present values")
    case .runtimeCRIOConfiguration:
      RuleText(
        violation: "CRI-O will not start with its configuration",
        reason: "the pods continue to run, but kubelet cannot manage them, and the node becomes NotReady",
        remedy: "correct the file before any restart, and check it with: crio config >/dev/null")
    case .runtimeStorageConfigured:
      RuleText(
        violation: "CRI-O's configuration names a different storage directory from the one in use",
        reason: "the next start finds none of the pods, and their processes keep running without an owner",
        remedy: "set root, runroot and storage_driver (or storage.conf) to their present values, or drain the node")
    case .runtimeOCIRootConfigured:
      RuleText(
        violation: "CRI-O's configuration names a different state directory of the OCI runtime from the one in use",
        reason: "after a restart, CRI-O reports the container as exited while its process keeps running",
        remedy: "set runtime_root to its present value, or drain the node")
    case .runtimeCRIOAddress:
      RuleText(
        violation: "CRI-O's configuration names a different socket from the one in use",
        reason: "after a restart, kubelet does not reach the runtime",
        remedy: "set listen to its present value, or change kubelet's endpoint too")
    default: nil
    }
  }
}
