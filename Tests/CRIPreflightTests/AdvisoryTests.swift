import CRIPreflight
import CRIRules
import CRISnapshot
import TestSupport
import Testing

@Suite struct AdvisoryTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let id: String
    let product: Advisory.Product
    /// Versions, or changes such as `1.6.12 > 2.1.0`, that are just inside the advisory's ranges.
    let hit: [String]
    /// Versions that are just outside the ranges.
    let unaffected: [String]
    var testDescription: String { id }
  }

  static let rows: [Row] = [
    Row(
      id: "containerd-7843", product: .containerd,
      hit: [
        "1.5.15", "1.5.16", "1.6.9", "1.6.12+unknown", "v1.6.14", "1.6.14~ds1", "v1.6.12-k3s1", "1.7.0-beta.0",
        "1.7.0-beta.1", "1.6.8 > 1.6.14",
      ],
      unaffected: [
        "1.5.14", "1.5.17", "1.6.8", "v1.6.14-k3s1", "v1.6.14-k3s2", "1.6.15", "1.6.20~ds1", "1.7.0-alpha.1",
        "1.7.0-beta.2", "1.7.0", "2.1.0", "1.6.8 > 1.6.15",
      ]),
    Row(
      id: "containerd-10363", product: .containerd, hit: ["1.7.0", "1.7.34", "2.0.0-beta.0", "2.0.0-rc.4"],
      unaffected: ["1.6.36", "1.8.0", "2.0.0-rc.5", "2.0.0"]),
    Row(
      id: "containerd-6095", product: .containerd,
      hit: ["1.4.13", "1.5.14", "1.6.0", "1.6.8", "2.0.0", "2.2.5", "2.3.0", "2.3.2"],
      unaffected: ["1.5.15", "1.6.9", "1.7.29", "2.2.6", "2.3.3", "2.4.0"]),
    Row(
      id: "containerd-10848", product: .containerd,
      hit: ["2.0.0", "2.0.5", "2.0.4-k3s1", "2.1.0", "2.1.3", "1.7.27 > 2.1.3"],
      unaffected: ["1.7.29", "2.0.4-k3s2", "2.0.6", "2.1.4", "2.2.0", "1.7.27 > 2.1.4"]),
    Row(
      id: "containerd-11916", product: .containerd, hit: ["2.1.0", "2.1.1", "1.7.27 > 2.1.0", "1.6.20 > 2.1.1"],
      unaffected: ["2.0.5", "2.1.2", "1.7.27", "1.7.27 > 2.1.2", "1.7.27 > 2.0.6", "1.7.27 > 2.2.0"]),
    Row(
      id: "containerd-10984", product: .containerd, hit: ["1.6.20~ds1 > 2.0.11", "1.7.0 > 2.0.0", "1.7.29 > 2.1.4"],
      unaffected: ["1.7.29", "1.6.20 > 1.7.34", "2.0.0 > 2.1.0", "1.7.0 > 1.7.29"]),
    Row(
      id: "containerd-13763", product: .containerd, hit: ["2.0.0 > 2.3.0", "2.2.9 > 2.3.3"],
      unaffected: ["2.2.9", "2.2.0 > 2.2.9", "1.7.29 > 2.3.0", "2.3.0 > 2.3.3"]),
    Row(id: "containerd-12600", product: .containerd, hit: ["1.6.20", "2.4.0"], unaffected: []),
    Row(id: "containerd-11646", product: .containerd, hit: ["1.6.20", "2.4.0"], unaffected: []),
    Row(id: "containerd-6549", product: .containerd, hit: ["1.6.20", "2.4.0"], unaffected: []),
    Row(id: "containerd-7276", product: .containerd, hit: ["1.6.20", "2.4.0"], unaffected: []),
    Row(
      id: "kubemarine-724", product: .containerd, hit: ["1.6.0 > 1.7.0", "1.6.38 > 1.7.29"],
      unaffected: ["1.6.38", "1.5.17 > 1.7.0", "1.6.38 > 2.0.0", "1.7.0 > 1.7.29"]),
    Row(id: "crio-restore-ip", product: .crio, hit: ["1.18.0", "1.37.0-dev"], unaffected: []),
    Row(
      id: "crio-8739", product: .crio, hit: ["1.36.2 > 1.37.0", "1.37.0 > 1.36.2", "1.9.0 > 2.9.0"],
      unaffected: ["1.36.2", "1.36.0 > 1.36.2"]),
    Row(
      id: "crio-4691", product: .crio, hit: ["1.21.0-dev", "1.21.0-rc.1"],
      unaffected: ["1.20.0", "1.20.9", "1.21.0", "1.22.0-dev"]),
    Row(
      id: "crio-8301", product: .crio, hit: ["1.20.0", "1.30.14"], unaffected: ["1.31.0-dev", "1.31.0", "1.37.0"]),
    Row(
      id: "crio-7726", product: .crio, hit: ["1.26.0", "1.27.3", "1.28.0", "1.28.3", "1.29.0", "1.29.1-dev"],
      unaffected: ["1.27.4", "1.28.4", "1.29.2", "1.30.0"]),
    Row(id: "crio-5569", product: .crio, hit: ["1.22.0", "1.23.1"], unaffected: ["1.23.2", "1.24.0"]),
    Row(id: "crio-7004", product: .crio, hit: ["1.24.0", "1.26.9"], unaffected: ["1.23.5", "1.27.0"]),
    Row(id: "crio-3170", product: .crio, hit: ["1.16.6"], unaffected: ["1.17.0"]),
    Row(id: "crio-4006", product: .crio, hit: ["1.17.5", "1.18.3"], unaffected: ["1.18.4", "1.19.0"]),
    Row(
      id: "crio-8705", product: .crio, hit: ["1.27.0 > 1.28.0", "1.30.4 > 1.31.0", "1.31.9 > 1.34.0"],
      unaffected: ["1.30.4", "1.26.0 > 1.27.0", "1.32.0 > 1.33.0"]),
    Row(id: "crio-10343", product: .crio, hit: ["1.24.0", "1.37.0"], unaffected: []),
    Row(id: "crio-2745", product: .crio, hit: ["1.24.0", "1.37.0"], unaffected: []),
    Row(
      id: "k3s-6692", product: .k3s, hit: ["v1.24.9+k3s1", "v1.25.5+k3s1", "v1.26.0+k3s1"],
      unaffected: ["v1.24.8+k3s1", "v1.24.9+k3s2", "v1.25.5+k3s2", "v1.26.0+k3s2", "v1.26.1+k3s1", "v1.24.9"]),
    Row(
      id: "rke2-3723", product: .rke2,
      hit: ["v1.23.15+rke2r1", "v1.24.9+rke2r1", "v1.25.5+rke2r1", "v1.26.0+rke2r1"],
      unaffected: ["v1.23.16+rke2r1", "v1.24.9+rke2r2", "v1.25.5+rke2r2", "v1.26.0+rke2r2", "v1.24.8+rke2r1"]),
    Row(
      id: "rke2-10613", product: .rke2, hit: ["v1.33.11+rke2r1", "v1.34.7+rke2r1", "v1.35.0+rke2r1"],
      unaffected: ["v1.33.10+rke2r1", "v1.34.0+rke2r1", "v1.34.6+rke2r1"]),
    Row(
      id: "kubelet-53644", product: .kubelet, hit: ["1.15.12 > 1.16.0"],
      unaffected: ["1.15.12", "1.15.0 > 1.15.12", "1.16.0 > 1.17.0"]),
    Row(
      id: "kubelet-129385", product: .kubelet, hit: ["1.30.9 > 1.31.0", "1.29.0 > 1.32.1"],
      unaffected: ["1.30.9", "1.29.0 > 1.30.9", "1.31.0 > 1.32.0"]),
    Row(id: "kubelet-127948", product: .kubelet, hit: ["1.33.5"], unaffected: ["1.34.0"]),
    Row(id: "microk8s-2122", product: .microk8s, hit: ["1.27.0 > 1.28.0"], unaffected: ["1.27.0"]),
    Row(id: "CVE-2024-21626", product: .runc, hit: ["1.1.11"], unaffected: ["1.1.12"]),
    Row(
      id: "CVE-2025-31133", product: .runc, hit: ["1.1.12", "1.2.7", "1.3.0", "1.3.2"], unaffected: ["1.2.8", "1.3.3"]),
  ]

  @Test(arguments: rows)
  func `each row matches its versions and no others`(row: Row) throws {
    for text in row.hit { #expect(try Self.concerns(row, text), "\(text) is inside") }
    for text in row.unaffected { #expect(try !Self.concerns(row, text), "\(text) is outside") }
  }

  @Test func `every row of the table has cases`() {
    #expect(Advisories.table.map(\.id.rawValue).sorted() == Self.rows.map(\.id).sorted())
    for advisory in Advisories.table {
      let row = Self.rows.first { $0.id == advisory.id.rawValue }
      #expect(row?.product == advisory.product)
      #expect(!advisory.reference.isEmpty)
      // Only existing rules can decide whether an advisory applies.
      #expect(Set(advisory.decidedBy).isSubset(of: PreflightRules.table.map(\.id)))
      // A bound that is not a version would have no effect.
      for range in advisory.cases.flatMap(\.running) {
        #expect(range == .everything || range.from != nil || range.before != nil, "\(advisory.id)")
      }
    }
  }

  @Test func `an advisory about a change applies only with a target, and says which of the two versions is faulty`()
    throws
  {
    let running = try #require(RuntimeVersion("1.6.8"))
    let target = try #require(RuntimeVersion("1.6.14"))
    func match(_ version: RuntimeVersion, _ target: RuntimeVersion?) -> AdvisoryMatch? {
      Advisories.matching(.containerd, version, target: target).first { $0.advisory.id == .containerd7843 }
    }
    #expect(match(running, nil) == nil)
    #expect(match(running, target)?.concern == .target)
    #expect(match(target, running)?.concern == .running)
    #expect(match(target, nil)?.advisory.decidedBy == [.networkIPOnDisk, .networkNamespaceOnDisk])
  }

  @Test(arguments: [
    ("v1.24.9+k3s1", Advisory.Product.k3s), ("v1.24.9+rke2r1", .rke2), ("v1.6.14-k3s1", .containerd),
    ("1.7.2", .containerd),
  ])
  func `a target identifies its product`(text: String, product: Advisory.Product) throws {
    #expect(Advisory.Product(of: try #require(RuntimeVersion(text)), runtime: "containerd") == product)
  }

  private static func concerns(_ row: Row, _ text: String) throws -> Bool {
    let versions = try text.split(separator: " > ").map { try #require(RuntimeVersion(String($0))) }
    return Advisories.matching(
      row.product, versions[0], target: versions.count > 1 ? versions[1] : nil,
      scenarios: Set(Advisory.Scenario.allCases)
    ).contains { $0.advisory.id.rawValue == row.id }
  }
}

extension VersionRange {
  static var everything: VersionRange? {
    Advisories.table.first { $0.id == .containerd12600 }?.cases.first?.running.first
  }
}
