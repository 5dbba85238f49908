internal import CRIRules

extension RuleText {
  static func preflight(_ id: RuleID) -> RuleText? {
    switch id {
    case .networkIPOnDisk:
      RuleText(
        violation: "its address is not on disk",
        reason: "a restart forgets it, and kubelet recreates the pod at its own next restart (containerd#7843)",
        remedy: recreateUnderFix)
    case .networkNamespaceOnDisk:
      RuleText(
        violation: "its network namespace is gone or not on disk",
        reason: "a restart forgets it and the address with it, and kubelet recreates the pod",
        remedy: recreateUnderFix)
    case .networkAddressesOnDisk:
      RuleText(
        violation: "its addresses on disk are others than the runtime's",
        reason: "after a restart the runtime tells those on disk: Services and the pod's status follow them",
        remedy: "drain the node, or recreate the pod before the change")
    case .recordUniqueName:
      RuleText(
        violation: "it shares its name with another record",
        reason:
          "containerd ends with \"failed to reserve name\" whenever it starts (containerd#6095, containerd#13609)",
        remedy: "remove the one that is not in use (crictl rmp, or ctr -n k8s.io containers rm) before any restart")
    case .recordListed:
      RuleText(
        violation: "it is on disk, and the runtime does not list it",
        reason: "a leak: the next start brings it back, or fails over its name",
        remedy: "see what it is (ctr -n k8s.io containers info ID), and remove it")
    case .containerCheckpointOnDisk:
      RuleText(
        violation: "its checkpoint is not on disk",
        reason: "it is UNKNOWN after a restart, and kubelet kills it and starts it again (containerd#11646)",
        remedy: "drain the node, or recreate the pod before the change")
    case .shimProgramOnDisk:
      RuleText(
        violation: "its shim's program is gone",
        reason: "the daemon cannot adopt it after a restart (rke2#10613)",
        remedy: "bring the program back to its path, or drain the node")
    case .podBeingCreated:
      RuleText(
        violation: "it is being made",
        reason: "what is made, started or stopped during a restart is left half done (containerd#12600)",
        remedy: "wait until it runs, or remove it where it failed to start")
    case .podRecordOnDisk:
      RuleText(
        violation: "it is ready, and no record of it is on disk",
        reason: "a restart forgets it, its processes run on without an owner, and kubelet makes a second one",
        remedy: "drain the node, or recreate the pod before the change")
    case .containerRecordOnDisk:
      RuleText(
        violation: "the runtime lists it, and no record of it is on disk",
        reason: "a restart forgets it: one that runs goes on without an owner, and kubelet starts it a second time",
        remedy: "drain the node, or recreate the pod before the change")
    case .recordMetadata:
      RuleText(
        violation: "its record in the store of sandboxes has nothing of the pod in it",
        reason: "this containerd ends with \"failed to get metadata for stored sandbox\" whenever it starts "
          + "(containerd#10848)",
        remedy: "upgrade to 2.0.6, 2.1.4 or later, which removes such records itself")
    case .shimLegacyAddressOnDisk:
      RuleText(
        violation: "its shim's address is not on disk in the form that containerd 1.x reads",
        reason: "1.x does not find the shim again and ends what it runs, and kubelet makes that anew",
        remedy: "drain the node before 1.x starts: only what has the file outlives that, and containerd 2 writes none")
    case .shimAddressOnDisk:
      RuleText(
        violation: "its shim's address is not on disk",
        reason: "containerd does not find the shim again and ends what it runs, and kubelet makes that anew",
        remedy: "drain the node, or recreate the pod before the change")
    case .shimProtocol:
      RuleText(
        violation: "its record names a newer shim than its pod has",
        reason:
          "it was added to a pod from before the upgrade: this containerd cannot reach it after a restart, and ends it "
          + "(containerd#11916)",
        remedy: "upgrade to 2.1.2 or later, which can")
    case .networkModeOnDisk:
      RuleText(
        violation: "its network mode on disk is another than the runtime's",
        reason: "after a restart the runtime tells the one on disk, and kubelet recreates the pod (C4)",
        remedy: recreateBefore)
    case .podUIDOnDisk:
      RuleText(
        violation: "its uid on disk is another than the runtime's",
        reason: "kubelet finds a pod's sandbox by its uid: after a restart it finds none, and makes a second one (C1)",
        remedy: recreateBefore)
    case .containerIdentityOnDisk:
      RuleText(
        violation: "what kubelet knows it by is other on disk than in the runtime",
        reason: "after a restart kubelet takes it for another one, or for a changed one, and starts it anew (B1, B5)",
        remedy: recreateBefore)
    case .recordFields:
      RuleText(
        violation: "its record on disk is other than what the runtime tells",
        reason:
          "after a restart the runtime tells what is on disk; without CNI's result it cannot undo the pod's network",
        remedy: recreateBefore)
    case .shimAnswers:
      RuleText(
        violation: "its shim does not answer",
        reason: "containerd waits ten seconds for it when it starts, then takes the pod for ended (C3)",
        remedy: "see what stops the shim (its process, the disk), or drain the node")
    case .networkCNICheck:
      RuleText(
        violation: "CNI cannot give its address back",
        reason:
          "CRI-O asks CNI once, when it starts: the pod is READY without an address then, and kubelet recreates it",
        remedy:
          "put the CNI configuration, its cache and the interfaces in order and wait for NetworkReady before any restart, or drain the node"
      )
    case .runtimeWipe:
      RuleText(
        violation: "CRI-O will wipe it when it starts",
        reason: "internal_wipe removes every pod where the version file has another minor version (cri-o#8739)",
        remedy: "drain the node, or set internal_wipe = false in [crio] before the change")
    case .runtimeDefaultOCI:
      RuleText(
        violation: "its containers were made with another default runtime",
        reason: "CRI-O looks for them with the new one and cannot manage them any more (cri-o#8626, cri-o#8705)",
        remedy: "set default_runtime to what it was, or drain the node")
    case .recordRestorable:
      RuleText(
        violation: "what restores it is missing",
        reason: "CRI-O deletes what it cannot restore: a pod with all its containers",
        remedy: "do not restart; drain the node, and let kubelet make the pod anew")
    case .networkReady:
      RuleText(
        violation: "the pods' network is not ready",
        reason: "pods cannot start, and kubelet keeps the node NotReady",
        remedy: "bring the network provider up first")
    case .networkConfiguration:
      RuleText(
        violation: "no CNI configuration is there",
        reason: "the runtime reads it anew when it starts: no pod gets a network then",
        remedy: "restore the network provider's configuration first")
    case .networkPlugins:
      RuleText(
        violation: "lacks a CNI plugin that its networks use",
        reason: "no pod can be started, stopped or removed without it",
        remedy: "install the plugin, or correct the directory of the plugins (bin_dir, or bin_dirs in containerd 2.1)")
    case .recordDirectory:
      RuleText(
        violation: "the runtime's database is hidden or removed",
        reason: "the next start finds another directory, without any of the pods",
        remedy: "unmount what was mounted over the runtime's root directory before you restart it")
    case .kubeletCgroupDriver:
      RuleText(
        violation: "kubelet and the runtime have different cgroup drivers",
        reason: "pods are put into cgroups that kubelet does not know, and restart in masses (containerd#7276)",
        remedy: "give both the same driver, on a drained node")
    case .kubeletCgroupDriverSetting:
      RuleText(
        violation: "kubelet's configuration names another cgroup driver than the runtime has",
        reason: "kubelet from 1.31 follows the runtime, an older one does not and kills pods",
        remedy: "give both the same driver, on a drained node")
    case .kubeletEndpoint:
      RuleText(
        violation: "kubelet uses another runtime than this one",
        reason: "what is said here does not concern kubelet's pods",
        remedy: "name kubelet's socket with --runtime-endpoint")
    case .imagePausePresent:
      RuleText(
        violation: "the image of the pause containers is absent",
        reason: "no pod can start without it, also none that has to be recreated",
        remedy: "pull it first")
    case .containerNotStarted:
      RuleText(
        violation: "it is created and not started",
        reason: "a container that is being started during the restart can be lost (cri-o#10343)",
        remedy: "wait until it runs, or remove it where it failed to start")
    case .runtimeProgramReplaced:
      RuleText(
        violation: "its program was replaced and is still running",
        reason:
          "a restart is an upgrade then, and until it new shims or monitors meet an old daemon (containerd#10984)",
        remedy: "restart it as the upgrade that it is, where nothing else here speaks against it: --to VERSION tells")
    case .podNotReady:
      RuleText(
        violation: "pods that are not ready are still there",
        reason: "what is left of a pod: a start has to go through it, and its name stays taken",
        remedy: "nothing; kubelet removes it, or crictl rmp does")
    case .podCreatedInFuture:
      RuleText(
        violation: "it was made later than now",
        reason:
          "the clock is behind: kubelet takes an older sandbox for the newest and recreates the pod again and again",
        remedy: "set the clock first")
    case .imagePresent:
      RuleText(
        violation: "its image is absent from the runtime",
        reason: "it runs, but once it has to be made again it is pulled anew: not where the node has no registry",
        remedy: "pull the image first: --pull tries it")
    case .imagePullable:
      RuleText(
        violation: "it is absent and cannot be pulled",
        reason: "pods with it do not start again (kubelet's credentials were not used)",
        remedy: "make the registry answer, or import the image, first")
    case .imagePausePinned:
      RuleText(
        violation: "the image of the pause containers is not pinned",
        reason: "kubelet removes it when the disk is full, and no pod can start then",
        remedy:
          "nothing on containerd 1.x, which pins none that it has already; else name the right image in its configuration"
      )
    case .runtimeDeprecations:
      RuleText(
        violation: "it warns of what a later version removes",
        reason: "what is configured or used so is gone once that version runs",
        remedy: "see whether the target is that version, and change what uses it (ctr deprecations list)")
    case .podSeveralSandboxes:
      RuleText(
        violation: "it has several ready sandboxes",
        reason: "kubelet kills them all and makes the pod anew when it next looks at it (C2)",
        remedy: "stop and remove those that are not the newest (crictl stopp, crictl rmp), or let kubelet do it first")
    default: nil
    }
  }
}
