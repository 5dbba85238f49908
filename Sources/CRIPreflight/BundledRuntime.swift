package import CRISnapshot

/// The containerd that each release of k3s and RKE2 contains.
///
/// Source: the column `Containerd` in the release notes of both distributions (docs.k3s.io and docs.rke2.io).
package enum BundledRuntime {
  /// Consecutive releases of one minor version that contain the same containerd.
  private struct Row {
    let releases: ClosedRange<RuntimeVersion>
    let containerd: RuntimeVersion
  }

  /// Returns the version of the containerd that a release of k3s or RKE2 contains.
  /// - Returns: nil if the version belongs to neither distribution, or if the table does not contain it.
  package static func containerd(in release: RuntimeVersion) -> RuntimeVersion? {
    guard release.prerelease.isEmpty, let distributor = release.distributor else { return nil }
    let rows = distributor == .k3s ? k3s : rke2
    return rows.first { $0.releases.contains(release) }?.containerd
  }

  private static let k3s = rows(.k3s, k3sReleases)
  private static let rke2 = rows(.rke2, rke2Releases)

  /// The rows of the table, for tests.
  package static var table: [(releases: ClosedRange<RuntimeVersion>, containerd: RuntimeVersion)] {
    (k3s + rke2).map { ($0.releases, $0.containerd) }
  }

  /// Reads lines of the form `MINOR: FIRST-LAST VERSION, …`, in which `FIRST` and `LAST` are `PATCH+BUILD`.
  private static func rows(_ distributor: RuntimeVersion.Distributor, _ lines: [String]) -> [Row] {
    lines.flatMap { line -> [Row] in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return [] }
      return parts[1].split(separator: ",").compactMap { entry in
        let words = entry.split(separator: " ")
        guard words.count == 2, let containerd = RuntimeVersion("v\(words[1])") else { return nil }
        let ends = words[0].split(separator: "-").compactMap { end in
          RuntimeVersion("v\(parts[0]).\(end.replacing("+", with: "+\(distributor.prefix)"))")
        }
        guard let first = ends.first, let last = ends.last, first <= last else { return nil }
        return Row(releases: first...last, containerd: containerd)
      }
    }
  }

  private static let k3sReleases = [
    "1.24: 2+2-4+1 1.5.13-k3s1, 6+1-8+1 1.6.8-k3s1, 9+1-9+1 1.6.12-k3s1, 9+2-9+2 1.6.14-k3s1, 10+1-11+1 1.6.15-k3s1, "
      + "12+1-13+1 1.6.19-k3s1, 14+1-16+1 1.7.1-k3s1, 17+1-17+1 1.7.3-k3s1",
    "1.25: 3+1-4+1 1.6.8-k3s1, 5+1-5+1 1.6.12-k3s1, 5+2-5+2 1.6.14-k3s1, 6+1-7+1 1.6.15-k3s1, 8+1-9+1 1.6.19-k3s1, "
      + "10+1-12+1 1.7.1-k3s1, 13+1-13+1 1.7.3-k3s1, 14+1-14+1 1.7.6-k3s1, 15+1-16+4 1.7.7-k3s1",
    "1.26: 0+1-0+1 1.6.12-k3s1, 0+2-0+2 1.6.14-k3s1, 1+1-2+1 1.6.15-k3s1, 3+1-4+1 1.6.19-k3s1, 5+1-7+1 1.7.1-k3s1, "
      + "8+1-8+1 1.7.3-k3s1, 9+1-9+1 1.7.6-k3s1.26, 10+1-11+2 1.7.7-k3s1.26, 12+1-12+1 1.7.11-k3s2.26",
    "1.31: 0+1-0+1 1.7.20-k3s1, 1+1-1+1 1.7.21-k3s2, 2+1-2+1 1.7.22-k3s1, 3+1-4+1 1.7.23-k3s2",
    "1.32: 0+1-1+1 1.7.23-k3s2, 2+1-2+1 2.0.2-k3s2, 3+1-4+1 2.0.4-k3s2, 5+1-6+1 2.0.5-k3s1.32, "
      + "7+1-8+1 2.0.5-k3s2.32, 9+1-9+1 2.1.4-k3s1.32, 10+1-10+1 2.1.5-k3s1.32",
    "1.33: 0+1-0+1 2.0.4-k3s4, 1+1-2+1 2.0.5-k3s1, 3+1-4+1 2.0.5-k3s2, 5+1-5+1 2.1.4-k3s1, 6+1-7+1 2.1.5-k3s1.33",
  ]

  private static let rke2Releases = [
    "1.24: 1+2-1+2 1.5.13-k3s1, 2+1-4+1 1.6.6-k3s1, 6+1-8+1 1.6.8-k3s1, 9+1-9+1 1.6.12-k3s1, "
      + "9+2-9+2 1.6.14-k3s1, 10+1-11+1 1.6.15-k3s1, 12+1-13+1 1.6.19-k3s1, 14+1-16+1 1.7.1-k3s1, "
      + "17+1-17+1 1.7.3-k3s1",
    "1.25: 0+1-0+1 1.6.8-k3s1, 2+1-2+1 1.6.8-k3s2, 3+1-4+1 1.6.8-k3s1, 5+1-5+1 1.6.12-k3s1, 5+2-5+2 1.6.14-k3s1, "
      + "6+1-7+1 1.6.15-k3s1, 8+1-9+1 1.6.19-k3s1, 10+1-12+1 1.7.1-k3s1, 13+1-14+1 1.7.3-k3s1, 15+1-16+2 1.7.7-k3s1",
    "1.26: 0+1-0+1 1.6.12-k3s1, 0+2-0+2 1.6.14-k3s1, 1+1-2+1 1.6.15-k3s1, 3+1-4+1 1.6.19-k3s1, "
      + "5+1-7+1 1.7.1-k3s1, 8+1-9+1 1.7.3-k3s1, 10+1-11+1 1.7.7-k3s1, 12+1-15+1 1.7.11-k3s2",
    "1.27: 1+1-1+1 1.6.19-k3s1, 2+1-4+1 1.7.1-k3s1, 5+1-6+1 1.7.3-k3s1, 7+1-8+1 1.7.7-k3s1, "
      + "9+1-14+1 1.7.11-k3s2, 15+1-16+1 1.7.17-k3s1, 16+2-16+2 1.7.20-k3s1",
    "1.28: 2+1-2+1 1.7.3-k3s1, 3+1-4+1 1.7.7-k3s1, 5+1-10+1 1.7.11-k3s2, 11+1-12+1 1.7.17-k3s1, "
      + "13+1-13+1 1.7.20-k3s1, 14+1-14+1 1.7.21-k3s2, 15+1-15+1 1.7.22-k3s1",
    "1.29: 0+1-0+1 1.7.11-k3s1, 1+1-5+1 1.7.11-k3s2, 6+1-7+1 1.7.17-k3s1, 8+1-8+1 1.7.20-k3s1, "
      + "9+1-9+1 1.7.21-k3s2, 10+1-10+1 1.7.22-k3s1, 11+1-14+1 1.7.23-k3s2, 15+1-15+1 1.7.26-k3s1",
    "1.30: 0+1-1+1 1.7.11-k3s2, 2+1-3+1 1.7.17-k3s1, 4+1-4+1 1.7.20-k3s1, 5+1-5+1 1.7.21-k3s2, "
      + "6+1-6+1 1.7.22-k3s1, 7+1-10+1 1.7.23-k3s2, 11+1-12+1 1.7.26-k3s1, 13+1-14+4 1.7.27-k3s1",
    "1.31: 0+1-0+1 1.7.20-k3s1, 1+1-1+1 1.7.21-k3s2, 2+1-2+1 1.7.22-k3s1, 3+1-5+1 1.7.23-k3s2, "
      + "6+1-6+1 2.0.2-k3s2, 7+1-8+1 2.0.4-k3s2, 9+1-10+1 2.0.5-k3s1, 11+1-12+1 2.0.5-k3s2, 13+1-13+1 2.1.4-k3s2, "
      + "14+1-14+2 2.1.5-k3s1",
    "1.32: 0+1-1+1 1.7.23-k3s2, 2+1-2+1 2.0.2-k3s2, 3+1-4+1 2.0.4-k3s2, 5+1-6+1 2.0.5-k3s1, 7+1-8+1 2.0.5-k3s2, "
      + "9+1-9+1 2.1.4-k3s2, 10+1-13+1 2.1.5-k3s1, 13+2-13+2 2.2.2-k3s1",
    "1.33: 0+1-0+1 2.0.4-k3s2, 1+1-2+1 2.0.5-k3s1, 3+1-4+1 2.0.5-k3s2, 5+1-5+1 2.1.4-k3s2, 6+1-9+1 2.1.5-k3s1, "
      + "10+1-10+3 2.2.2-k3s1, 11+1-12+2 2.2.3-k3s1, 13+1-13+1 2.2.5-k3s1, 13+2-13+2 2.2.6-k3s1",
    "1.34: 1+1-1+1 2.1.4-k3s2, 2+1-5+1 2.1.5-k3s1, 6+1-6+3 2.2.2-k3s1, 7+1-8+2 2.2.3-k3s1, 9+1-9+1 2.2.5-k3s2, "
      + "10+1-10+1 2.2.6-k3s1",
    "1.35: 0+1-2+1 2.1.5-k3s1, 3+1-3+3 2.2.2-k3s1, 4+1-5+2 2.2.3-k3s1, 6+1-6+1 2.2.5-k3s2, 7+1-7+1 2.2.6-k3s1",
    "1.36: 0+1-1+2 2.2.3-k3s1, 2+1-2+1 2.3.2-k3s2, 3+1-3+1 2.3.3-k3s1",
  ]
}
