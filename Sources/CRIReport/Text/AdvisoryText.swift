internal import CRIPreflight

/// The text of an advisory.
struct AdvisoryText {
  /// What is lost, and under which conditions.
  let symptom: String
  /// The first fixed versions, or a workaround; empty if no version has a fix.
  let fixedIn: String

  init(_ symptom: String, fixedIn: String = "") {
    self.symptom = symptom
    self.fixedIn = fixedIn
  }

  init(_ id: AdvisoryID) {
    switch id {
    case .containerd7843:
      self.init(
        "pods that these versions created lose their address at any restart, and kubelet recreates them",
        fixedIn:
          "1.5.17, 1.6.15, 1.7.0-beta.2, v1.6.14-k3s1; only for pods that these versions create, not for older pods")
    case .containerd10363:
      self.init(
        "pods with a user namespace (hostUsers: false) lose their address at a restart",
        fixedIn: "2.0.0-rc.5; never in 1.7")
    case .containerd6095:
      self.init(
        "a pod that failed to start leaves a record whose name is taken, and the daemon can no longer start",
        fixedIn: "1.5.15, 1.6.9, 2.2.6, 2.3.3, 2.4")
    case .containerd10848:
      self.init(
        "a daemon that ended while it created a pod leaves a record without metadata, and can no longer start",
        fixedIn: "2.0.6, 2.1.4, v2.0.4-k3s2")
    case .containerd11916:
      self.init(
        "a container that is added to a pod that is older than the upgrade is unreachable after the second restart",
        fixedIn: "2.1.2, 2.2.0")
    case .containerd10984:
      self.init(
        "no container can start while the old daemon runs with the new shim: unsupported shim version (3), or in 1.6 a "
          + "failed dial", fixedIn: "restart the daemon when its binaries are replaced")
    case .containerd13763:
      self.init(
        "no container can start while the old daemon runs with the new shim: unsupported protocol",
        fixedIn: "restart the daemon when its binaries are replaced")
    case .containerd12600:
      self.init(
        "a container that is being stopped during the restart stays RUNNING although it is dead, and its pod stays "
          + "Terminating; restart while no pod is terminating")
    case .containerd11646:
      self.init(
        "a container whose checkpoint was lost in a power failure is UNKNOWN after the start, and kubelet restarts it"
      )
    case .containerd6549:
      self.init(
        "the runtime reports an address that the pod's interface no longer has")
    case .containerd7276:
      self.init(
        "after a migration with the wrong cgroup driver, many pods restart later",
        fixedIn: "set SystemdCgroup to match kubelet's cgroup driver")
    case .kubemarine724:
      self.init(
        "stale iptables rules for host ports remain (seen with Ubuntu's packages)",
        fixedIn: "stop kubelet, delete the sandboxes, then upgrade")
    case .crioRestoreIP:
      self.init(
        "if CNI does not respond while CRI-O starts, every pod is READY without an address until the next restart")
    case .crio8739:
      self.init(
        "a different minor version removes every pod when it starts, and also images if version_file_persist is set",
        fixedIn: "none, this is by design: drain the node, or set internal_wipe = false")
    case .crio4691:
      self.init(
        "the storage is wiped under running pods if the file of a clean shutdown is missing (builds before 1.21.0)",
        fixedIn: "1.19.4, 1.20.5, 1.21.0")
    case .crio8301:
      self.init(
        "after a restart, the status of a container has no mounts, so kubelet reads no termination message",
        fixedIn: "1.31.0")
    case .crio7726:
      self.init(
        "after a restart, the infra containers of pods are missing from metrics and lookups",
        fixedIn: "1.27.4, 1.28.4, 1.29.2, 1.30.0")
    case .crio5569:
      self.init(
        "pods in virtual machines cannot be restored: they and their containers are deleted", fixedIn: "1.23.2, 1.24.0")
    case .crio7004:
      self.init(
        "init containers that had finished are RUNNING again after a restart (seen on 5 of 4000 nodes)")
    case .crio3170:
      self.init(
        "exit codes are lost in a reboot", fixedIn: "1.17.0")
    case .crio4006:
      self.init(
        "creation times are reset to the current time, so kubelet treats the wrong sandbox as the newest",
        fixedIn: "1.18.4, 1.19.0")
    case .crio8705:
      self.init(
        "the default runtime changes from runc to crun (packages from 1.28, CRI-O itself from 1.31), and running "
          + "containers can no longer be managed",
        fixedIn: "set default_runtime to its previous value, or drain the node")
    case .crio10343:
      self.init(
        "a container that is being started during the restart is lost")
    case .crio2745:
      self.init(
        "with the cgroupfs manager, stopping the service can kill the containers",
        fixedIn: "use the systemd cgroup manager")
    case .k3s6692:
      self.init(
        "all pods restart with the service (its containerd has containerd#7843)",
        fixedIn: "v1.24.9+k3s2, v1.25.5+k3s2, v1.26.0+k3s2")
    case .rke23723:
      self.init(
        "all pods restart with the service (its containerd has containerd#7843)",
        fixedIn: "v1.23.16+rke2r1, v1.24.9+rke2r2, v1.25.5+rke2r2, v1.26.0+rke2r2")
    case .rke210613:
      self.init(
        "the shim executable of the previous version is deleted: pods cannot be recovered after an upgrade or a reboot",
        fixedIn: "rke2#10658 and its backports")
    case .kubelet53644:
      self.init(
        "the hash of containers changes: all of them restart", fixedIn: "drain the node")
    case .kubelet129385:
      self.init(
        "the hash of containers changes: all of them restart", fixedIn: "drain the node")
    case .kubelet127948:
      self.init(
        "pods are recreated repeatedly if the clock is behind after a reboot", fixedIn: "1.34")
    case .microk8s2122:
      self.init(
        "shims of the previous snap remain and cannot find runc, so exec fails")
    case .cve202421626:
      self.init(
        "a container can escape through a leaked descriptor; nothing is lost", fixedIn: "1.1.12")
    case .cve202531133:
      self.init(
        "a container can escape through masked paths; nothing is lost", fixedIn: "1.2.8, 1.3.3")
    }
  }
}
