internal import CRIRules

extension RuleText {
  /// The text of a doctor rule; nil for any other rule.
  static func doctor(_ id: RuleID) -> RuleText? {
    doctorRuntime(id) ?? doctorObjects(id) ?? doctorNode(id)
  }

  /// The rules about the runtime and kubelet.
  private static func doctorRuntime(_ id: RuleID) -> RuleText? {
    switch id {
    case .runtimeUnreachable:
      RuleText(
        violation: "the runtime cannot be reached",
        reason: "kubelet can neither start nor stop pods, and the node becomes NotReady",
        remedy: "start the runtime (systemctl status containerd or crio), and read its journal")
    case .runtimeCallHangs:
      RuleText(
        violation: "the runtime does not respond",
        reason: "kubelet hangs in the same call, and the node becomes NotReady after at most three minutes",
        remedy:
          "continue a daemon that was stopped by a signal (kill -CONT PID); otherwise find the process that it waits for "
          + "(cri doctor names the objects for which calls hang); restart the runtime only after cri preflight")
    case .runtimeCallFails:
      RuleText(
        violation: "the runtime returns an error",
        reason: "kubelet receives the same error, and the operation that needs the call fails",
        remedy: "read the runtime's journal for the cause of the error")
    case .runtimeCallSlow:
      RuleText(
        violation: "the runtime is slow to respond",
        reason: "kubelet calls the runtime constantly, so pods start and stop late",
        remedy: "check the load of the node and the number of exited containers")
    case .runtimeNotReady:
      RuleText(
        violation: "the runtime reports that it is not ready",
        reason: "kubelet sets the node to NotReady and starts no pods",
        remedy: "read the runtime's journal for the reason")
    case .runtimeWarning:
      RuleText(
        violation: "the runtime reports a condition that is not met",
        reason: "nothing is lost now, but an upgrade or a restart may fail because of it",
        remedy: "read the message, and change the configuration that it names")
    case .runtimeOpenFiles:
      RuleText(
        violation: "the runtime is close to its limit of open files",
        reason: "beyond the limit it cannot accept connections or start containers",
        remedy: "raise LimitNOFILE of its unit, and find out which files are open (ls -l /proc/PID/fd)")
    case .runtimeThreads:
      RuleText(
        violation: "the runtime is close to the maximum number of threads",
        reason: "a Go program crashes at 10,000 threads; this many threads mean that its system calls hang",
        remedy: "find out where its threads wait (cat /proc/PID/task/*/wchan), such as a network file system")
    case .runtimeRecentlyRestarted:
      RuleText(
        violation: "the runtime was restarted while pods were running",
        reason: "unless this was intended, the runtime crashed or was killed",
        remedy: "read the journal from that time; next time, restart it with cri guard")
    case .runtimeOutdatedProgram:
      RuleText(
        violation: "the executable of the running daemon was replaced on disk",
        reason: "the daemon starts shims of a different version, and the next restart is an unplanned upgrade",
        remedy: "check the upgrade with cri preflight --to VERSION, and restart the runtime with cri guard")
    case .runtimeRootHidden:
      RuleText(
        violation: "the runtime's database is hidden, moved or removed",
        reason: "the next start of the runtime finds a different directory, which contains none of the pods",
        remedy:
          "do not restart the runtime; unmount what hides its root directory, move the directory back, or restore the file "
          + "from /proc/PID/fd of the daemon")
    case .runtimeOCIProgramMissing:
      RuleText(
        violation: "the shim or the OCI runtime does not exist",
        reason:
          "no pod can be started or stopped, no command can be run in a container, and a restart of containerd 1.x loses "
          + "every pod",
        remedy:
          "do not restart the runtime; install the program again, or correct runtime_path or BinaryName in the configuration"
      )
    case .runtimeKnownDefect:
      RuleText(
        violation: "this version of the runtime has a known defect",
        reason: "it can lose state, at a restart or at any time",
        remedy: "find out with cri preflight whether it affects this node, and upgrade the runtime")
    case .kubeletNotRunning:
      RuleText(
        violation: "kubelet is not running",
        reason: "pods are not restarted, probes do not run, and the node becomes NotReady",
        remedy:
          "first find out whether an upgrade has stopped it because of a loss (/var/lib/cri/guard-report.txt, cri-hook "
          + "status); if not, start kubelet (systemctl status kubelet), and read its journal")
    case .kubeletOtherCgroupDriver:
      RuleText(
        violation: "kubelet and the runtime use different cgroup drivers",
        reason: "limits do not apply under memory pressure, and a restart of either may end pods",
        remedy: "set cgroupDriver in kubelet's configuration to that of the runtime")
    case .kubeletOtherRuntime:
      RuleText(
        violation: "kubelet uses a different runtime from the one that was examined",
        reason: "the pods of this node are not in the runtime that this report is about",
        remedy: "run cri doctor with kubelet's endpoint (--runtime-endpoint)")
    case .kubeletRelistSlow:
      RuleText(
        violation: "the lists that kubelet requests every second take too long",
        reason:
          "kubelet notices the end of containers late, and after three minutes the node becomes NotReady "
          + "(\"PLEG is not healthy\")",
        remedy: "check the load of the node, and remove exited containers and sandboxes")
    default: nil
    }
  }

  /// The rules about shims, pods and containers.
  private static func doctorObjects(_ id: RuleID) -> RuleText? {
    switch id {
    case .objectStatusHangs:
      RuleText(
        violation: "the runtime does not respond when it is asked for this object",
        reason:
          "kubelet waits for the same response and does nothing else for the pod; the node becomes NotReady "
          + "after three minutes",
        remedy:
          "continue a stopped shim (kill -CONT PID); otherwise find out why it does not respond (cat /proc/PID/stack); "
          + "as a last resort, kill it (kill -KILL PID), which ends the pod")
    case .objectStatusFails:
      RuleText(
        violation: "the runtime lists the object, but cannot report its status",
        reason: "kubelet cannot manage the pod, and every sync of the pod fails",
        remedy: "read the runtime's journal; if the object is broken, remove it (cri rmp -f ID or cri rm -f ID)")
    case .objectStatusSlow:
      RuleText(
        violation: "the runtime takes a long time to report the status of this object",
        reason: "everything that kubelet does for this pod is delayed by the same time",
        remedy:
          "find out why its shim is slow: it is stopped (D19), memory is scarce, its cgroup is throttled, or a disk is slow"
      )
    case .shimSilent:
      RuleText(
        violation: "the shim (or conmon) does not respond",
        reason: "until it responds, exec and stop do not work, and nothing notices when the pod's containers exit",
        remedy:
          "continue a stopped shim (kill -CONT PID); otherwise kill it (kill -KILL PID), which ends the pod, and let "
          + "kubelet recreate the pod")
    case .shimOrphan:
      RuleText(
        violation: "a shim with live processes belongs to no object of the runtime",
        reason: "the workload runs without supervision, and kubelet may have started a second copy of it",
        remedy: "find out what the processes are, and end them together with the shim")
    case .shimLeftover:
      RuleText(
        violation: "a shim without processes belongs to no object of the runtime",
        reason: "it uses memory and a socket, but does nothing",
        remedy: "end it (kill PID)")
    case .podOutlivedSandbox:
      RuleText(
        violation: "the sandbox is not ready, but the runtime reports running containers in it",
        reason: "kubelet has to stop them before it can recreate the pod, and has not done so",
        remedy:
          "stop the containers, then the sandbox (cri stop ID, cri stopp ID), and read kubelet's journal if that fails")
    case .podTwoReady:
      RuleText(
        violation: "the pod has several ready sandboxes",
        reason: "kubelet kills all of them and recreates the pod when it next syncs the pod",
        remedy: "stop the older one (cri stopp ID)")
    case .podEmpty:
      RuleText(
        violation: "the sandbox is ready, but has had no container for a long time",
        reason: "the pod does not do anything",
        remedy:
          "find out why its containers cannot be created (kubectl describe pod, kubelet's journal), such as "
          + "an image that cannot be pulled")
    case .containerStuckCreated:
      RuleText(
        violation: "the container was created, but not started",
        reason: "the pod does not become ready; the OCI runtime or a hook hangs or has failed",
        remedy: "read the runtime's journal about this container, and remove it (cri rm -f ID)")
    case .containerUnknownState:
      RuleText(
        violation: "the runtime does not know the state of the container",
        reason: "kubelet kills it and starts it again",
        remedy: "read the runtime's journal from its last start; the container's shim may have ended")
    case .containerCrashLoop:
      RuleText(
        violation: "the container keeps exiting",
        reason: "kubelet waits up to five minutes between two restarts",
        remedy: "read its log (cri logs, with -p for the previous attempt), and cri doctor POD")
    case .containerOOMKilled:
      RuleText(
        violation: "the container exceeded its memory limit and was killed",
        reason: "it loses its work each time",
        remedy: "raise the limit, or reduce the memory that it uses (cri stats)")
    case .containerProcessGone:
      RuleText(
        violation: "the process has ended, but the runtime reports it as running",
        reason: "nothing restarts it, because kubelet believes the runtime",
        remedy: "stop the container or the sandbox (cri stop ID, cri stopp ID), so that kubelet recreates it")
    case .containerUnmonitored:
      RuleText(
        violation: "the process that monitors the container (conmon or shim) has ended",
        reason: "what the container writes is no longer read, and its exit status will be lost",
        remedy: "restart the container at a convenient time (cri stop ID), so that kubelet starts it again")
    case .containerNoLogFile:
      RuleText(
        violation: "the log file of a running container is missing",
        reason: "kubectl logs shows nothing, and what the container writes is lost",
        remedy: "create a new file (cri logs --reopen CONTAINER), and find out what removed the old one")
    case .containerHugeLog:
      RuleText(
        violation: "the log file is larger than kubelet's rotation allows",
        reason: "it fills the disk; kubelet's rotation does not work",
        remedy: "check kubelet (containerLogMaxSize) and the runtime's journal (ReopenContainerLog)")
    default: nil
    }
  }

  /// The rules about the network and the node.
  private static func doctorNode(_ id: RuleID) -> RuleText? {
    switch id {
    case .networkBroken:
      RuleText(
        violation: "the pod's network is broken",
        reason:
          "the pod cannot use its network, or shares its address; kubelet recreates it at its own next restart if the "
          + "runtime has lost the address, and notices nothing otherwise",
        remedy: "compare the sources with cri net, and delete the pod so that its controller recreates it")
    case .networkContradiction:
      RuleText(
        violation: "the runtime, the kernel and CNI contradict each other about the pod's network",
        reason: "another pod may get the same address, or the network cannot be removed later",
        remedy: "compare the sources with cri net, and recreate the pod")
    case .networkNotReady:
      RuleText(
        violation: "the runtime reports that the network is not ready",
        reason: "kubelet starts only pods on the host network, and the node is NotReady",
        remedy: "check that the network plugin's pod runs and has written a CNI configuration")
    case .networkNoConfiguration:
      RuleText(
        violation: "there is no usable CNI configuration",
        reason: "no pod with its own network can be created, and CRI-O loses addresses at its next start",
        remedy: "start or repair the network plugin, which writes the configuration")
    case .networkDamagedConfiguration:
      RuleText(
        violation: "a file in the CNI configuration directory is not a valid configuration",
        reason: "the runtime may refuse all configurations because of it",
        remedy: "repair the file, or move it to another directory")
    case .networkPluginMissing:
      RuleText(
        violation: "a CNI plugin that the network requires is missing",
        reason: "new pods cannot be attached, and existing ones cannot be removed",
        remedy: "install the plugin, or restart the pod of the network plugin that installs it")
    case .networkLeakedLease:
      RuleText(
        violation: "host-local has leases for sandboxes that do not exist",
        reason: "these addresses are not assigned again, so the range eventually runs out",
        remedy: "remove the files of these leases while no pod is being created")
    case .networkRangeFull:
      RuleText(
        violation: "the address range of the network is nearly full",
        reason: "the runtime cannot create pods when no address is left (\"no IP addresses available\")",
        remedy: "remove leases of removed pods, or assign a larger range to the node")
    case .networkLeakedNamespace:
      RuleText(
        violation: "network namespaces belong to no sandbox",
        reason: "they keep their interfaces and addresses",
        remedy: "check that they are not in use (ip netns pids NAME), and remove them (ip netns delete NAME)")
    case .processUninterruptible:
      RuleText(
        violation: "a process is in uninterruptible sleep",
        reason: "it cannot be killed, and everything that waits for it hangs: the shim, the runtime, and kubelet",
        remedy:
          "find out what it waits for (cat /proc/PID/stack), which is usually a disk or a network file "
          + "system")
    case .diskLow:
      RuleText(
        violation: "the file system is nearly full",
        reason: "kubelet removes images and then evicts pods",
        remedy: "remove unused images (cri rmi --prune), and find out what uses the space")
    case .diskInodesLow:
      RuleText(
        violation: "the file system has few free inodes",
        reason: "kubelet evicts pods, and new files cannot be created",
        remedy: "find the directories with many small files, and remove unused images (cri rmi --prune)")
    case .diskRecordsFull:
      RuleText(
        violation: "there is not enough space for the runtime's own records",
        reason: "the runtime cannot start containers, and loses them at its next start",
        remedy: "free space in this file system before anything restarts the runtime")
    case .imageNoPause:
      RuleText(
        violation: "the pause image is missing",
        reason: "no pod can be created unless the image can be pulled",
        remedy: "pull the image (cri pull), or import it")
    case .imagePauseCollectable:
      RuleText(
        violation: "the pause image is not pinned",
        reason: "kubelet may remove it under disk pressure, and then no pod can be created without the registry",
        remedy:
          "upgrade to containerd 1.7.3 or later, which pins the pause image of its configuration; older versions cannot "
          + "pin it, so keep enough of the disk free")
    case .imageOfContainerGone:
      RuleText(
        violation: "the image of a running container is missing",
        reason: "the container cannot be restarted unless the image can be pulled",
        remedy: "pull the image now (cri pull)")
    case .hostClockBehind:
      RuleText(
        violation: "the node's clock is behind the creation time of an object",
        reason: "kubelet confuses old and new sandboxes and may recreate the pod again and again",
        remedy: "correct the clock (chronyc tracking, timedatectl)")
    case .mountLeftover:
      RuleText(
        violation: "the root file system of a removed object is still mounted",
        reason: "its snapshot cannot be removed and uses disk space",
        remedy: "unmount it (umount PATH) after checking that no process uses it")
    case .cgroupLeftover:
      RuleText(
        violation: "the cgroup of a removed object still exists",
        reason: "it uses kernel memory, and a name that may be needed again",
        remedy: "remove it (rmdir PATH), which fails while processes are in it")
    default: nil
    }
  }
}
