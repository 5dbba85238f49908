internal import CRIPreflight
internal import CRIRules
internal import CRISnapshot
internal import CRIVerify

extension DoctorRules {
  static let network: [DoctorCheck] = [
    DoctorCheck(.networkBroken) { (facts, found) throws(UnknownReason) in
      for row in try facts.networks() {
        switch row.verdict.kind {
        case .lost, .gone, .duplicate: found.add(row)
        case .unknown: if row.isRead { found.skip(row.unknownReason) }
        case .ok, .hostNetwork, .notReady, .mismatch: break
        }
      }
    },
    DoctorCheck(.networkContradiction) { (facts, found) throws(UnknownReason) in
      let rows = try facts.networks()
      // The cache may be in an unknown directory; then no pod has an entry.
      let usesCache = rows.contains { $0.sandbox.observed?.cache?.value?.isEmpty == false }
      for row in rows {
        if row.verdict.kind == .mismatch {
          found.add(row)
        } else if usesCache, row.verdict.kind == .ok, row.verdict.reasons.contains(.notInCache) {
          found.add(.pod(row.sandbox), .network([.notInCache]))
        }
      }
    },
    DoctorCheck(
      .networkNotReady, as: .networkReady, needs: { facts throws(UnknownReason) in try !facts.conditions().isEmpty }),
    DoctorCheck(
      .networkNoConfiguration, as: .networkConfiguration, needs: { facts throws(UnknownReason) in try facts.hasCNI() }),
    DoctorCheck(.networkDamagedConfiguration) { (facts, found) throws(UnknownReason) in
      guard try facts.hasCNI() else { return }
      for path in try facts.damagedConfigurations.get() { found.add(ObjectName(.node), .path(path)) }
    },
    DoctorCheck(
      .networkPluginMissing, as: .networkPlugins, needs: { facts throws(UnknownReason) in try facts.hasCNI() }),
    DoctorCheck(.networkLeakedLease) { (facts, found) throws(UnknownReason) in
      let listed = try facts.listed()
      let leaked = try facts.leases.get().filter {
        !listed.contains($0.owner) && !facts.supervised.contains($0.owner) && !facts.youngLeases.contains($0.address)
      }
      try facts.expectNoOwner(of: leaked)
      for (network, leases) in Dictionary(grouping: leaked, by: \.network).sorted(by: { $0.key < $1.key }) {
        found.add(ObjectName(.node), .leases(leases, directory: facts.leaseDirectories[network] ?? ""))
      }
    },
    DoctorCheck(.networkRangeFull) { (facts, found) throws(UnknownReason) in
      let leases = try facts.leases.get()
      for pool in try facts.addressPools.get() {
        guard let size = pool.size, size > 0 else { continue }
        let used = leases.count {
          $0.network == pool.network && IPAddress($0.address).map(pool.subnet.contains) == true
        }
        guard used * 100 >= size * DoctorLimits.fullRangePercent else { continue }
        found.add(ObjectName(.node), .range(network: pool.network, pool.subnet, used: used, size: size))
      }
    },
    DoctorCheck(.networkLeakedNamespace) { (facts, found) throws(UnknownReason) in
      _ = try facts.listed()
      // The namespace of a sandbox whose details are unknown could be any of them.
      if let entry = facts.snapshot.unchecked.first(where: { $0.object?.kind == .pod }) { throw entry.reason }
      let used = Set(facts.snapshot.sandboxes.compactMap { $0.facts.networkNamespace.map(PlainText.path) })
      let leaked = try facts.namespaces.get().filter { !used.contains(PlainText.path($0)) }
      try facts.expectNoOwner(of: leaked)
      if !leaked.isEmpty { found.add(ObjectName(.node), .paths(leaked)) }
    },
  ]
}

extension DoctorOutcome {
  fileprivate mutating func add(_ row: NetReport.Row) {
    add(.pod(row.sandbox), row.verdict.faults.isEmpty ? .none : .network(row.verdict.faults))
  }
}

extension NetReport.Row {
  fileprivate var unknownReason: UnknownReason {
    for reason in verdict.reasons {
      switch reason {
      case .namespaceUnknown(let reason), .interfacesUnknown(let reason), .statusUnknown(_, let reason): return reason
      default: continue
      }
    }
    return .notExamined
  }
}

extension DoctorFacts {
  fileprivate func networks() throws(UnknownReason) -> [NetReport.Row] {
    _ = try sandboxes()
    // Without a name there cannot be an unknown one.
    return (try? NetReport(snapshot))?.rows ?? []
  }

  /// - Throws: An error if another runtime may own some of the objects.
  fileprivate func expectNoOwner(of leaked: [some Any]) throws(UnknownReason) {
    if !leaked.isEmpty, let otherRuntime { throw UnknownReason(.otherRuntime, path: otherRuntime) }
  }

  /// Whether the runtime attaches pods to networks with CNI, as containerd and CRI-O do.
  fileprivate func hasCNI() throws(UnknownReason) -> Bool {
    _ = try conditions()
    return Advisory.Product(rawValue: snapshot.runtime.name) != nil
  }
}
