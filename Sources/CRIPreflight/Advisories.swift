public import CRISnapshot

/// Versions that are known to lose something, one row a fault. What is on disk decides (`PreflightRules`); this says what
/// to look for, what an upgrade brings, and what no look at the disk can tell.
public enum Advisories {
  /// Those that concern a product's version, or the change to another one.
  /// - Parameters:
  ///   - version: nil where only the target is known.
  ///   - target: nil: the version stays, so that upgrades do not count.
  public static func matching(
    _ product: Advisory.Product, _ version: RuntimeVersion?, target: RuntimeVersion? = nil,
    scenarios: Set<Advisory.Scenario> = [.restart, .upgrade]
  ) -> [AdvisoryMatch] {
    table.filter { $0.product == product }.compactMap {
      $0.match(version, target: target, scenarios: scenarios)
    }
  }

  /// The table. A range that ends before `X-0` leaves out X's prereleases too.
  public static let table: [Advisory] = containerd + crio + others

  private static let containerd: [Advisory] = [
    Advisory(
      "containerd-7843", .containerd,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(from: "1.5.15", before: "1.5.17"),
            VersionRange(from: "1.6.9", before: "1.6.15", fixedBuilds: ["1.6.14-k3s1"]),
            VersionRange(from: "1.7.0-beta.0", before: "1.7.0-beta.2"),
          ])
      ], fixedIn: "1.5.17, 1.6.15, 1.7.0-beta.2, v1.6.14-k3s1; for pods that these make, not for older ones",
      "pods that these versions made lose their address at any restart, and kubelet recreates them",
      "containerd#7843", .high, decidedBy: ["P1", "P2"]),
    Advisory(
      "containerd-10363", .containerd,
      [
        Advisory.Case(
          .restart,
          [VersionRange(from: "2.0.0-beta.0", before: "2.0.0-rc.5"), VersionRange(from: "1.7.0-0", before: "1.8.0-0")])
      ], fixedIn: "2.0.0-rc.5; in 1.7 never",
      "pods with a user namespace (hostUsers: false) lose their address at a restart", "containerd#10363", .medium,
      only: .userNamespacePods, decidedBy: ["P1", "P2"]),
    Advisory(
      "containerd-6095", .containerd,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(before: "1.5.15"), VersionRange(from: "1.6.0-0", before: "1.6.9"),
            VersionRange(from: "2.0.0-0", before: "2.2.6"), VersionRange(from: "2.3.0-0", before: "2.3.3"),
          ])
      ], fixedIn: "1.5.15, 1.6.9, 2.2.6, 2.3.3, 2.4",
      "a pod that failed to start leaves a record with a name that is taken: the daemon does not come up any more",
      "containerd#6095, containerd#13609", .high, decidedBy: ["P3"]),
    Advisory(
      "containerd-10848", .containerd,
      [Advisory.Case(.restart, PreflightFacts.endingAtBareRecords)], fixedIn: "2.0.6, 2.1.4, v2.0.4-k3s2",
      "a daemon that ended while it made a pod leaves a record without metadata, and does not come up any more",
      "containerd#10848, k3s#11973", .high, decidedBy: ["P11"]),
    Advisory(
      "containerd-11916", .containerd,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "2.0.0-0")],
          to: .versions([VersionRange(from: "2.1.0-0", before: "2.1.2")])),
        Advisory.Case(.restart, [VersionRange(from: "2.1.0-0", before: "2.1.2")]),
      ], fixedIn: "2.1.2, 2.2.0",
      "a container that is added to a pod from before the upgrade is unreachable after the second restart",
      "containerd#11916", .high),
    Advisory(
      "containerd-10984", .containerd,
      [
        Advisory.Case(
          .replacedBinary, [VersionRange(before: "2.0.0-0")],
          to: .versions([VersionRange(from: "2.0.0-0")]))
      ], fixedIn: "restart the daemon together with the binaries",
      "while the old daemon runs with the new shim, no container starts: unsupported shim version (3), or, in 1.6, a dial that fails",
      "containerd#10984", .high, decidedBy: ["N8"]),
    Advisory(
      "containerd-13763", .containerd,
      [
        Advisory.Case(
          .replacedBinary, [VersionRange(from: "2.0.0-0", before: "2.3.0-0")],
          to: .versions([VersionRange(from: "2.3.0-0")]))
      ], fixedIn: "restart the daemon together with the binaries",
      "while the old daemon runs with the new shim, no container starts: unsupported protocol", "containerd#13763",
      .high, decidedBy: ["N8"]),
    Advisory(
      "containerd-12600", .containerd, [Advisory.Case(.restart, [.all])], fixedIn: "",
      "a container that is being stopped during the restart stays RUNNING though it is dead, its pod Terminating; "
        + "restart while no pod terminates", "containerd#12600", .medium),
    Advisory(
      "containerd-11646", .containerd, [Advisory.Case(.restart, [.all]), Advisory.Case(.reboot, [.all])], fixedIn: "",
      "a container whose checkpoint a power loss took is UNKNOWN after the start, and kubelet starts it again",
      "containerd#11646, containerd#11295", .medium, decidedBy: ["P5"]),
    Advisory(
      "containerd-6549", .containerd, [Advisory.Case(.always, [.all])], fixedIn: "",
      "the runtime tells an address that the pod's interface does not have any more", "containerd#6549", .high),
    Advisory(
      "containerd-7276", .containerd, [Advisory.Case(.migration, [.all])],
      fixedIn: "set SystemdCgroup as kubelet has it",
      "after a migration with the wrong cgroup driver, pods restart in masses later", "containerd#7276", .high,
      decidedBy: ["N3"]),
    Advisory(
      "kubemarine-724", .containerd,
      [
        Advisory.Case(
          .upgrade, [VersionRange(from: "1.6.0-0", before: "1.7.0-0")],
          to: .versions([VersionRange(from: "1.7.0-0", before: "1.8.0-0")]))
      ], fixedIn: "stop kubelet, delete the sandboxes, then upgrade",
      "rules of host ports stay behind in iptables and lead nowhere (seen with Ubuntu's packages)", "KubeMarine#724",
      .medium),
  ]

  private static let crio: [Advisory] = [
    Advisory(
      "crio-restore-ip", .crio, [Advisory.Case(.restart, [.all])], fixedIn: "",
      "where CNI does not answer while it starts, every pod is READY without an address, until the next restart",
      "cri-o#2200", .high, decidedBy: ["O1"]),
    Advisory(
      "crio-8739", .crio, [Advisory.Case(.upgrade, [.all], to: .otherMinor)],
      fixedIn: "by design: drain, or set internal_wipe = false",
      "another minor version removes every pod when it starts, and images with them where version_file_persist is set",
      "cri-o#8739, cri-o#3748", .high, decidedBy: ["O2"]),
    Advisory(
      "crio-4691", .crio, [Advisory.Case(.restart, [VersionRange(from: "1.21.0-0", before: "1.21.0")])],
      fixedIn: "1.19.4, 1.20.5, 1.21.0",
      "the storage is wiped under running pods where the file of a clean shutdown is missing (builds before 1.21.0)",
      "cri-o#4691", .high),
    Advisory(
      "crio-8301", .crio, [Advisory.Case(.restart, [VersionRange(before: "1.31.0-0")])], fixedIn: "1.31.0",
      "containers have no mounts in their status after a restart: kubelet reads no termination message",
      "cri-o#8301", .high),
    Advisory(
      "crio-7726", .crio,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(before: "1.27.4"), VersionRange(from: "1.28.0-0", before: "1.28.4"),
            VersionRange(from: "1.29.0-0", before: "1.29.2"),
          ])
      ], fixedIn: "1.27.4, 1.28.4, 1.29.2, 1.30.0",
      "pods' infra containers are missing from figures and lookups after a restart", "cri-o#7726", .high),
    Advisory(
      "crio-5569", .crio, [Advisory.Case(.restart, [VersionRange(before: "1.23.2")])], fixedIn: "1.23.2, 1.24.0",
      "pods in virtual machines cannot be restored: they and their containers are deleted", "cri-o#5569, cri-o#5574",
      .high, only: .virtualMachinePods),
    Advisory(
      "crio-7004", .crio, [Advisory.Case(.restart, [VersionRange(from: "1.24.0-0", before: "1.27.0-0")])], fixedIn: "",
      "init containers that had finished are RUNNING again after a restart (seen on 5 of 4000 nodes)", "cri-o#7004",
      .medium),
    Advisory(
      "crio-3170", .crio, [Advisory.Case(.reboot, [VersionRange(before: "1.17.0")])], fixedIn: "1.17.0",
      "exit codes are lost in a reboot", "cri-o#3041, cri-o#3170", .medium),
    Advisory(
      "crio-4006", .crio, [Advisory.Case(.restart, [VersionRange(before: "1.18.4")])], fixedIn: "1.18.4, 1.19.0",
      "creation times are set to now, so that kubelet takes the wrong sandbox for the newest", "cri-o#4006, k8s#93064",
      .medium),
    Advisory(
      "crio-8705", .crio,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.32.0-0")], to: .versions([VersionRange(from: "1.28.0-0")]))
      ], fixedIn: "set default_runtime to what it was, or drain",
      "the default runtime changes from runc to crun (packages from 1.28, CRI-O itself from 1.31): containers that run "
        + "cannot be managed any more", "cri-o#8626, cri-o#8705", .high, decidedBy: ["O3"]),
    Advisory(
      "crio-10343", .crio, [Advisory.Case(.restart, [.all])], fixedIn: "",
      "a container that is being started during the restart is lost", "cri-o#10343", .medium, decidedBy: ["N7"]),
    Advisory(
      "crio-2745", .crio, [Advisory.Case(.restart, [.all])], fixedIn: "use the systemd cgroup manager",
      "with the cgroupfs manager, stopping the service can kill the containers", "cri-o#2745, cri-o#2479", .medium,
      only: .cgroupfs),
  ]

  private static let others: [Advisory] = [
    Advisory(
      "k3s-6692", .k3s,
      [Advisory.Case(.restart, ["v1.24.9+k3s1", "v1.25.5+k3s1", "v1.26.0+k3s1"].map(VersionRange.build))],
      fixedIn: "v1.24.9+k3s2, v1.25.5+k3s2, v1.26.0+k3s2",
      "all pods restart with the service (its containerd has #7843)",
      "k3s#6692, k3s#6704", .high, decidedBy: ["P1"]),
    Advisory(
      "rke2-3723", .rke2,
      [
        Advisory.Case(
          .restart,
          ["v1.23.15+rke2r1", "v1.24.9+rke2r1", "v1.25.5+rke2r1", "v1.26.0+rke2r1"].map(VersionRange.build))
      ], fixedIn: "v1.23.16+rke2r1, v1.24.9+rke2r2, v1.25.5+rke2r2, v1.26.0+rke2r2",
      "all pods restart with the service (its containerd has #7843)", "rke2#3723, rke2#3828", .high,
      decidedBy: ["P1"]),
    Advisory(
      "rke2-10613", .rke2,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(from: "v1.33.11+rke2r1", before: "1.34.0-0", of: .rke2),
            VersionRange(from: "v1.34.7+rke2r1", of: .rke2),
          ])
      ], fixedIn: "rke2#10658 and its backports",
      "the shims' binary of the version before is deleted: pods cannot be adopted after an upgrade or a reboot",
      "rke2#10613", .high, decidedBy: ["P6"]),
    Advisory(
      "kubelet-53644", .kubelet,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.16.0-0")], to: .versions([VersionRange(from: "1.16.0-0")]))
      ], fixedIn: "drain", "the hash of containers changes: all of them restart", "k8s#53644", .high),
    Advisory(
      "kubelet-129385", .kubelet,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.31.0-0")], to: .versions([VersionRange(from: "1.31.0-0")]))
      ], fixedIn: "drain", "the hash of containers changes: all of them restart", "k8s#129385", .high),
    Advisory(
      "kubelet-127948", .kubelet, [Advisory.Case(.reboot, [VersionRange(before: "1.34.0-0")])], fixedIn: "1.34",
      "pods are recreated over and over where the clock is behind after a reboot", "k8s#127948", .high,
      decidedBy: ["N10"]),
    Advisory(
      "microk8s-2122", .microk8s, [Advisory.Case(.upgrade, [.all])], fixedIn: "",
      "shims of the snap before remain and do not find runc: exec fails", "microk8s#2122, microk8s#4691", .medium),
    Advisory(
      "CVE-2024-21626", .runc, [Advisory.Case(.always, [VersionRange(before: "1.1.12")])], fixedIn: "1.1.12",
      "a container can leave through a leaked descriptor; nothing is lost", "CVE-2024-21626", .high),
    Advisory(
      "CVE-2025-31133", .runc,
      [Advisory.Case(.always, [VersionRange(before: "1.2.8"), VersionRange(from: "1.3.0-0", before: "1.3.3")])],
      fixedIn: "1.2.8, 1.3.3", "a container can leave through masked paths; nothing is lost",
      "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881", .medium),
  ]
}
