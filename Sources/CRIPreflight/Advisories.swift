internal import CRIRules
public import CRISnapshot

/// The known defects that lose state, with the versions that have them, one row for each defect. The data on disk
/// determines whether a defect applies (`PreflightRules`); this table lists the defects, including those that an
/// upgrade introduces and those that are not visible on disk.
public enum Advisories {
  /// Returns the advisories for a version, or for a change from one version to another.
  /// - Parameters:
  ///   - version: The current version; nil if only the target is known.
  ///   - target: The version after the change; nil if the version stays the same, which excludes advisories about
  ///     upgrades.
  public static func matching(
    _ product: Advisory.Product, _ version: RuntimeVersion?, target: RuntimeVersion? = nil,
    scenarios: Set<Advisory.Scenario> = [.restart, .upgrade]
  ) -> [AdvisoryMatch] {
    table.filter { $0.product == product }.compactMap {
      $0.match(version, target: target, scenarios: scenarios)
    }
  }

  /// The table. A range that ends before `X-0` also excludes the prereleases of X.
  public static let table: [Advisory] = containerd + crio + others

  private static let containerd: [Advisory] = [
    Advisory(
      .containerd7843, .containerd,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(from: "1.5.15", before: "1.5.17"),
            VersionRange(from: "1.6.9", before: "1.6.15", fixedBuilds: ["1.6.14-k3s1"]),
            VersionRange(from: "1.7.0-beta.0", before: "1.7.0-beta.2"),
          ])
      ], hasFix: true, "containerd#7843", .high, decidedBy: [.networkIPOnDisk, .networkNamespaceOnDisk],
      rulesOutTarget: true),
    Advisory(
      .containerd10363, .containerd,
      [
        Advisory.Case(
          .restart,
          [VersionRange(from: "2.0.0-beta.0", before: "2.0.0-rc.5"), VersionRange(from: "1.7.0-0", before: "1.8.0-0")])
      ], hasFix: true, "containerd#10363", .medium,
      only: .userNamespacePods, decidedBy: [.networkIPOnDisk, .networkNamespaceOnDisk]),
    Advisory(
      .containerd6095, .containerd,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(before: "1.5.15"), VersionRange(from: "1.6.0-0", before: "1.6.9"),
            VersionRange(from: "2.0.0-0", before: "2.2.6"), VersionRange(from: "2.3.0-0", before: "2.3.3"),
          ])
      ], hasFix: true, "containerd#6095, containerd#13609", .high, decidedBy: [.recordUniqueName]),
    Advisory(
      .containerd10848, .containerd,
      [Advisory.Case(.restart, PreflightFacts.endingAtBareRecords)], hasFix: true, "containerd#10848, k3s#11973", .high,
      decidedBy: [.recordMetadata]),
    Advisory(
      .containerd11916, .containerd,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "2.0.0-0")],
          to: .versions([VersionRange(from: "2.1.0-0", before: "2.1.2")])),
        Advisory.Case(.restart, [VersionRange(from: "2.1.0-0", before: "2.1.2")]),
      ], hasFix: true, "containerd#11916", .high),
    Advisory(
      .containerd10984, .containerd,
      [
        Advisory.Case(
          .replacedBinary, [VersionRange(before: "2.0.0-0")],
          to: .versions([VersionRange(from: "2.0.0-0")]))
      ], hasFix: true, "containerd#10984", .high, decidedBy: [.runtimeProgramReplaced]),
    Advisory(
      .containerd13763, .containerd,
      [
        Advisory.Case(
          .replacedBinary, [VersionRange(from: "2.0.0-0", before: "2.3.0-0")],
          to: .versions([VersionRange(from: "2.3.0-0")]))
      ], hasFix: true, "containerd#13763",
      .high, decidedBy: [.runtimeProgramReplaced]),
    Advisory(
      .containerd12600, .containerd, [Advisory.Case(.restart, [.all])], hasFix: false, "containerd#12600", .medium),
    Advisory(
      .containerd11646, .containerd, [Advisory.Case(.restart, [.all]), Advisory.Case(.reboot, [.all])], hasFix: false,
      "containerd#11646, containerd#11295", .medium, decidedBy: [.containerCheckpointOnDisk]),
    Advisory(
      .containerd6549, .containerd, [Advisory.Case(.always, [.all])], hasFix: false, "containerd#6549", .high),
    Advisory(
      .containerd7276, .containerd, [Advisory.Case(.migration, [.all])],
      hasFix: true, "containerd#7276", .high,
      decidedBy: [.kubeletCgroupDriver]),
    Advisory(
      .kubemarine724, .containerd,
      [
        Advisory.Case(
          .upgrade, [VersionRange(from: "1.6.0-0", before: "1.7.0-0")],
          to: .versions([VersionRange(from: "1.7.0-0", before: "1.8.0-0")]))
      ], hasFix: true, "KubeMarine#724",
      .medium),
  ]

  private static let crio: [Advisory] = [
    Advisory(
      .crioRestoreIP, .crio, [Advisory.Case(.restart, [.all])], hasFix: false, "cri-o#2200", .high,
      decidedBy: [.networkCNICheck]),
    Advisory(
      .crio8739, .crio, [Advisory.Case(.upgrade, [.all], to: .otherMinor)],
      hasFix: true, "cri-o#8739, cri-o#3748", .high, decidedBy: [.runtimeWipe]),
    Advisory(
      .crio4691, .crio, [Advisory.Case(.restart, [VersionRange(from: "1.21.0-0", before: "1.21.0")])],
      hasFix: true, "cri-o#4691", .high),
    Advisory(
      .crio8301, .crio, [Advisory.Case(.restart, [VersionRange(before: "1.31.0-0")])], hasFix: true, "cri-o#8301", .high
    ),
    Advisory(
      .crio7726, .crio,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(before: "1.27.4"), VersionRange(from: "1.28.0-0", before: "1.28.4"),
            VersionRange(from: "1.29.0-0", before: "1.29.2"),
          ])
      ], hasFix: true, "cri-o#7726", .high),
    Advisory(
      .crio5569, .crio, [Advisory.Case(.restart, [VersionRange(before: "1.23.2")])], hasFix: true,
      "cri-o#5569, cri-o#5574",
      .high, only: .virtualMachinePods),
    Advisory(
      .crio7004, .crio, [Advisory.Case(.restart, [VersionRange(from: "1.24.0-0", before: "1.27.0-0")])], hasFix: false,
      "cri-o#7004",
      .medium),
    Advisory(
      .crio3170, .crio, [Advisory.Case(.reboot, [VersionRange(before: "1.17.0")])], hasFix: true,
      "cri-o#3041, cri-o#3170", .medium),
    Advisory(
      .crio4006, .crio, [Advisory.Case(.restart, [VersionRange(before: "1.18.4")])], hasFix: true,
      "cri-o#4006, k8s#93064",
      .medium),
    Advisory(
      .crio8705, .crio,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.32.0-0")], to: .versions([VersionRange(from: "1.28.0-0")]))
      ], hasFix: true, "cri-o#8626, cri-o#8705", .high, decidedBy: [.runtimeDefaultOCI]),
    Advisory(
      .crio10343, .crio, [Advisory.Case(.restart, [.all])], hasFix: false, "cri-o#10343", .medium,
      decidedBy: [.containerNotStarted]),
    Advisory(
      .crio2745, .crio, [Advisory.Case(.restart, [.all])], hasFix: true, "cri-o#2745, cri-o#2479", .medium,
      only: .cgroupfs),
  ]

  private static let others: [Advisory] = [
    Advisory(
      .k3s6692, .k3s,
      [Advisory.Case(.restart, ["v1.24.9+k3s1", "v1.25.5+k3s1", "v1.26.0+k3s1"].map(VersionRange.build))],
      hasFix: true, "k3s#6692, k3s#6704", .high, decidedBy: [.networkIPOnDisk], rulesOutTarget: true),
    Advisory(
      .rke23723, .rke2,
      [
        Advisory.Case(
          .restart,
          ["v1.23.15+rke2r1", "v1.24.9+rke2r1", "v1.25.5+rke2r1", "v1.26.0+rke2r1"].map(VersionRange.build))
      ], hasFix: true, "rke2#3723, rke2#3828", .high,
      decidedBy: [.networkIPOnDisk], rulesOutTarget: true),
    Advisory(
      .rke210613, .rke2,
      [
        Advisory.Case(
          .restart,
          [
            VersionRange(from: "v1.33.11+rke2r1", before: "1.34.0-0", of: .rke2),
            VersionRange(from: "v1.34.7+rke2r1", of: .rke2),
          ])
      ], hasFix: true, "rke2#10613", .high, decidedBy: [.shimProgramOnDisk]),
    Advisory(
      .kubelet53644, .kubelet,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.16.0-0")], to: .versions([VersionRange(from: "1.16.0-0")]))
      ], hasFix: true, "k8s#53644", .high),
    Advisory(
      .kubelet129385, .kubelet,
      [
        Advisory.Case(
          .upgrade, [VersionRange(before: "1.31.0-0")], to: .versions([VersionRange(from: "1.31.0-0")]))
      ], hasFix: true, "k8s#129385", .high),
    Advisory(
      .kubelet127948, .kubelet, [Advisory.Case(.reboot, [VersionRange(before: "1.34.0-0")])], hasFix: true,
      "k8s#127948", .high,
      decidedBy: [.podCreatedInFuture]),
    Advisory(
      .microk8s2122, .microk8s, [Advisory.Case(.upgrade, [.all])], hasFix: false, "microk8s#2122, microk8s#4691",
      .medium),
    Advisory(
      .cve202421626, .runc, [Advisory.Case(.always, [VersionRange(before: "1.1.12")])], hasFix: true, "CVE-2024-21626",
      .high),
    Advisory(
      .cve202531133, .runc,
      [Advisory.Case(.always, [VersionRange(before: "1.2.8"), VersionRange(from: "1.3.0-0", before: "1.3.3")])],
      hasFix: true, "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881", .medium),
  ]
}
