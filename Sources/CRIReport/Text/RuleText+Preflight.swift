internal import CRIRules

extension RuleText {
  static func preflight(_ id: RuleID) -> RuleText? {
    switch id {
    case .networkIPOnDisk:
      RuleText(
        violation: "the pod's address is not on disk",
        reason:
          "a restart loses the address, and kubelet recreates the pod when kubelet itself restarts (containerd#7843)",
        remedy: recreateUnderFix)
    case .networkNamespaceOnDisk:
      RuleText(
        violation: "the pod's network namespace is gone or not on disk",
        reason: "a restart loses the namespace and with it the address, and kubelet recreates the pod",
        remedy: recreateUnderFix)
    case .networkAddressesOnDisk:
      RuleText(
        violation: "the pod's addresses on disk differ from those in the runtime",
        reason:
          "after a restart, the runtime reports the addresses on disk, and Services and the pod's status change too",
        remedy: recreateBefore)
    case .recordUniqueName:
      RuleText(
        violation: "another record has the same name",
        reason:
          "containerd exits with \"failed to reserve name\" whenever it starts (containerd#6095, containerd#13609)",
        remedy: "before any restart, remove the record that is not in use (crictl rmp, or ctr -n k8s.io containers rm)")
    case .recordListed:
      RuleText(
        violation: "the runtime does not list a record that is on disk",
        reason:
          "the object of this leftover record reappears at the next start, or its name makes the start fail",
        remedy: "find out what the record is (ctr -n k8s.io containers info ID), and remove it")
    case .containerCheckpointOnDisk:
      RuleText(
        violation: "the container's checkpoint is missing or damaged",
        reason:
          "after a restart, the container is UNKNOWN, and kubelet kills it and starts it again (containerd#11646)",
        remedy: recreateBefore)
    case .shimProgramOnDisk:
      RuleText(
        violation: "the executable of the pod's shim no longer exists",
        reason: "after a restart, the daemon cannot reconnect to the shim (rke2#10613)",
        remedy: "restore the executable at its path, or drain the node")
    case .podBeingCreated:
      RuleText(
        violation: "the pod or container is being created",
        reason:
          "anything that is being created, started or stopped during a restart is left unfinished (containerd#12600)",
        remedy: "wait until it is running, or remove it if it failed to start")
    case .podRecordOnDisk:
      RuleText(
        violation: "the pod is ready, but has no record on disk",
        reason:
          "a restart loses the pod: its processes keep running without an owner, and kubelet creates a second copy of "
          + "the pod",
        remedy: recreateBefore)
    case .containerRecordOnDisk:
      RuleText(
        violation: "the runtime lists the container, but it has no record on disk",
        reason:
          "a restart loses the container: if it is running, it keeps running without an owner, and kubelet "
          + "starts a second copy of the container",
        remedy: recreateBefore)
    case .recordMetadata:
      RuleText(
        violation: "the pod's record in the sandbox store has no pod metadata",
        reason:
          "this version of containerd exits with \"failed to get metadata for stored sandbox\" whenever it starts "
          + "(containerd#10848)",
        remedy: "upgrade to 2.0.6, 2.1.4 or later, which removes such records")
    case .shimLegacyAddressOnDisk:
      RuleText(
        violation: "the address of the pod's shim is not on disk in the form that containerd 1.x reads",
        reason: "containerd 1.x does not find the shim and kills its containers, and kubelet recreates the pod",
        remedy:
          "drain the node before 1.x starts: pods without this file do not survive, and containerd 2 does not write it")
    case .shimAddressOnDisk:
      RuleText(
        violation: "the address of the pod's shim is not on disk",
        reason: "containerd does not find the shim again and kills its containers, and kubelet recreates the pod",
        remedy: recreateBefore)
    case .shimSocket:
      RuleText(
        violation: "containerd cannot connect to the pod's shim",
        reason:
          "when containerd starts, it connects to each shim; if this fails, it kills the shim's containers, and kubelet "
          + "recreates the pod (containerd#5597)",
        remedy: recreateBefore)
    case .containerPaused:
      RuleText(
        violation: "the pod or container is paused",
        reason:
          "containerd does not expect this when it starts: a paused container becomes UNKNOWN, and kubelet kills it and "
          + "starts it again (B2); a paused sandbox is killed, and kubelet recreates the pod (C3)",
        remedy: "resume it before the change (ctr -n k8s.io tasks resume ID)")
    case .shimProtocol:
      RuleText(
        violation: "the container's record names a newer shim than the pod's record does",
        reason:
          "the container was added to a pod that is older than the upgrade; after a restart, this version of containerd "
          + "cannot reach the container, and kills it (containerd#11916)",
        remedy: "upgrade to 2.1.2 or later, which can reach the container")
    case .networkModeOnDisk:
      RuleText(
        violation: "the pod's network mode on disk differs from that in the runtime",
        reason: "after a restart, the runtime reports the one on disk, and kubelet recreates the pod (C4)",
        remedy: recreateBefore)
    case .podUIDOnDisk:
      RuleText(
        violation: "the pod's UID on disk differs from that in the runtime",
        reason:
          "after a restart, kubelet finds no sandbox with the pod's UID, and creates another one (C1)",
        remedy: recreateBefore)
    case .containerIdentityOnDisk:
      RuleText(
        violation: "the labels or the hash that identify the container to kubelet differ on disk",
        reason: "after a restart, kubelet treats it as a different or changed container, and starts a new one (B1, B5)",
        remedy: recreateBefore)
    case .recordFields:
      RuleText(
        violation: "the record on disk differs from what the runtime reports",
        reason:
          "after a restart, the runtime reports what is on disk; without the CNI result, it cannot remove the "
          + "pod's network",
        remedy: recreateBefore)
    case .shimAnswers:
      RuleText(
        violation: "the pod's shim does not respond",
        reason: "when containerd starts, it waits ten seconds for the shim, and then treats the pod as ended (C3)",
        remedy: "find out what blocks the shim (its process, the disk), or drain the node")
    case .networkCNICheck:
      RuleText(
        violation: "CNI cannot restore the pod's address",
        reason:
          "CRI-O calls CNI only once, when it starts: the pod is then READY without an address, and kubelet "
          + "recreates it",
        remedy:
          "before any restart, repair the CNI configuration, its cache and the interfaces, and wait for "
          + "NetworkReady; or drain the node")
    case .runtimeWipe:
      RuleText(
        violation: "CRI-O will remove the pod when it starts",
        reason: "internal_wipe removes every pod unless the version file has the same minor version (cri-o#8739)",
        remedy: "drain the node, or set internal_wipe = false in [crio] before the change")
    case .runtimeDefaultOCI:
      RuleText(
        violation: "the pod's containers were created with a different default runtime",
        reason: "CRI-O looks for them with the new runtime, and can no longer manage them (cri-o#8626, cri-o#8705)",
        remedy: "set default_runtime to its previous value, or drain the node")
    case .recordRestorable:
      RuleText(
        violation: "files that CRI-O needs to restore the pod or container are missing",
        reason: "CRI-O deletes what it cannot restore: a pod with all its containers",
        remedy: "do not restart CRI-O; drain the node, and let kubelet recreate the pod")
    case .networkReady:
      RuleText(
        violation: "the pod network is not ready",
        reason: "pods cannot start, and kubelet keeps the node NotReady",
        remedy: "start the network provider first")
    case .networkConfiguration:
      RuleText(
        violation: "there is no CNI configuration",
        reason: "the runtime looks for one again when it starts, and then no pod gets a network",
        remedy: "restore the network provider's configuration first")
    case .networkPlugins:
      RuleText(
        violation: "a CNI plugin that the node's networks use is missing",
        reason: "without it, no pod can be started, stopped or removed",
        remedy: "install the plugin, or correct the directory of the plugins (bin_dir, or bin_dirs in containerd 2.1)")
    case .runtimeOCIProgram:
      RuleText(
        violation: "the shim or the OCI runtime does not exist",
        reason:
          "without it, no pod can be started or stopped, and containerd 1.x loses every pod when it restarts, while the "
          + "processes continue without an owner",
        remedy:
          "install the program again, or correct runtime_path or BinaryName in the configuration, before you restart the runtime"
      )
    case .runtimeKillMode:
      RuleText(
        violation: "systemd ends the pod's shim or conmon together with the daemon",
        reason: "the runtime treats a pod without its shim or conmon as ended after the restart",
        remedy: "set KillMode=process in the [Service] section of the unit (systemctl edit), and reload systemd")
    case .recordDirectory:
      RuleText(
        violation: "the runtime's database is hidden, moved or removed",
        reason: "the next start finds a different directory, which contains none of the pods",
        remedy: "unmount what hides the runtime's root directory, or move the directory back, before you restart it")
    case .kubeletCgroupDriver:
      RuleText(
        violation: "kubelet and the runtime have different cgroup drivers",
        reason:
          "pods are put into cgroups that kubelet does not know about, and many of them restart (containerd#7276)",
        remedy: "drain the node, and set the same driver for both")
    case .kubeletCgroupDriverSetting:
      RuleText(
        violation: "kubelet's configuration and the runtime have different cgroup drivers",
        reason: "kubelet 1.31 and later use the runtime's driver, but an older kubelet does not, and kills pods",
        remedy: "drain the node, and set the same driver for both")
    case .kubeletEndpoint:
      RuleText(
        violation: "kubelet uses a different runtime",
        reason: "this report does not concern kubelet's pods",
        remedy: "specify kubelet's socket with --runtime-endpoint")
    case .imagePausePresent:
      RuleText(
        violation: "the pause image is missing",
        reason: "without it, no pod can start, and none can be recreated",
        remedy: "pull the image first")
    case .containerNotStarted:
      RuleText(
        violation: "the container was created but not started",
        reason: "a container that is being started during the restart can be lost (cri-o#10343)",
        remedy: "wait until it is running, or remove it if it failed to start")
    case .runtimeProgramReplaced:
      RuleText(
        violation: "the daemon's executable was replaced, but the old one is still running",
        reason:
          "a restart is therefore an upgrade; until then, new shims or monitors work with an old daemon "
          + "(containerd#10984)",
        remedy: "check the upgrade with --to VERSION, and restart the runtime if nothing else is found")
    case .podNotReady:
      RuleText(
        violation: "pods that are not ready still exist",
        reason: "the runtime must handle what is left of them when it starts, and their names stay reserved",
        remedy: "no action is needed: kubelet removes them; to remove them immediately, use crictl rmp")
    case .podCreatedInFuture:
      RuleText(
        violation: "the pod's creation time is in the future",
        reason:
          "the clock is behind: kubelet treats an older sandbox as the newest and recreates the pod repeatedly",
        remedy: "set the clock first")
    case .imagePresent:
      RuleText(
        violation: "the runtime no longer has the container's image",
        reason:
          "the container runs, but its image must be pulled before it can be recreated, which fails without a registry",
        remedy: "pull the image first (--pull does so)")
    case .imagePullable:
      RuleText(
        violation: "the image is missing and cannot be pulled",
        reason: "pods that use it cannot start again (kubelet's credentials were not used)",
        remedy: "make the registry available first, or import the image")
    case .imagePausePinned:
      RuleText(
        violation: "the pause image is not pinned",
        reason: "kubelet removes it when the disk is full, and then no pod can start",
        remedy:
          "there is no remedy on containerd 1.x, which does not pin images that it already has; otherwise, specify "
          + "the correct image in the runtime's configuration")
    case .runtimeDeprecations:
      RuleText(
        violation: "the runtime warns about a deprecated feature",
        reason: "anything that uses the feature stops working in the version that removes it",
        remedy: "check whether the target is that version, and change what uses the feature (ctr deprecations list)")
    case .podSeveralSandboxes:
      RuleText(
        violation: "the pod has several ready sandboxes",
        reason: "kubelet kills all of them and recreates the pod when it next syncs the pod (C2)",
        remedy: "stop and remove all but the newest (crictl stopp, crictl rmp), or let kubelet act first")
    case .runtimeTargetVersion:
      RuleText(
        violation: "the version after the change has a known defect",
        reason: "its next restart loses the address of every pod that it has created, and kubelet recreates these pods",
        remedy: "change to a version with the fix")
    case .containerProcessAlive:
      RuleText(
        violation: "the process has ended, although the runtime reports it as running",
        reason:
          "the pod or container is already lost: the runtime notices this when it restarts, and kubelet then starts it "
          + "again (B4, C3)",
        remedy: "stop it before the change (crictl stop, crictl stopp), so that kubelet starts it again")
    case .recordDiskFull:
      RuleText(
        violation: "the file system of the runtime's records is full",
        reason:
          "when the runtime starts, it writes each container's state to a new file and drops the container if this "
          + "fails: its process keeps running, and kubelet starts a second one (containerd#7247, containerd#11504)",
        remedy: "do not restart the runtime; free up space and inodes there first")
    case .recordDiskNearlyFull:
      RuleText(
        violation: "the file system of the runtime's records is nearly full",
        reason:
          "when the runtime starts, it writes each container's state to a new file, and drops those for which there is "
          + "no space; containerd 1.7 and later write all of them at the same time",
        remedy: "free up space and inodes there first")
    default: configuration(id) ?? containerCopies(id)
    }
  }

  private static func containerCopies(_ id: RuleID) -> RuleText? {
    switch id {
    case .containerSeveralCopies:
      RuleText(
        violation: "several containers with the same name are running in the pod",
        reason: "kubelet manages only the newest of them, and two copies of the workload run at the same time",
        remedy: "stop all but the newest (cri stop)")
    case .containerSandboxMissing:
      RuleText(
        violation: "the container is running, but the runtime does not list its sandbox",
        reason: "kubelet finds no sandbox for the pod, and creates a second copy of it",
        remedy: "stop the container and remove it (cri stop, cri rm), or drain the node")
    case .containerSandboxNotReady:
      RuleText(
        violation: "the pod's sandbox is not ready, but containers in it are running",
        reason: "the pod is already lost: kubelet stops these containers when it next examines the pod (C3)",
        remedy:
          "let kubelet recreate the pod before the change; if the containers must continue, keep kubelet stopped until "
          + "their work is done")
    default: nil
    }
  }
}
