internal import CRISnapshot
package import CRIText
package import CRIVerify

/// Builds the table of `cri net`: a line for each pod, followed by the unchecked entries.
package struct NetFormatter {
  private let report: NetReport
  private let isWide: Bool
  private let style: TextStyle
  private let catalogue: ReportText

  package init(report: NetReport, isWide: Bool, style: TextStyle, text: ReportText = .english) {
    self.report = report
    self.isWide = isWide
    self.style = style
    catalogue = text
  }

  package var text: String {
    var columns: [Table.Column] = ["NAMESPACE", "POD", "RUNTIME", "NETNS", "KERNEL", "CNI", "LEASE", "VERDICT"]
    if isWide { columns += ["POD ID", "PID", "INODE", "INTERFACES"] }
    columns.append("REASON")
    var table = Table(columns, layout: .compact)
    for row in report.rows { table.append(cells(row)) }
    return table.text(style)
      + report.unchecked.map { entry in
        Sanitizer.visible("\(catalogue.label(.notChecked)): \(catalogue.unchecked(entry).line)") + "\n"
      }.joined()
  }

  private func cells(_ row: NetReport.Row) -> [Table.Cell] {
    let (sandbox, observed) = (row.sandbox, row.sandbox.observed)
    let leases = own(observed?.leases, of: sandbox.id)
    var cells: [String] = [
      sandbox.pod.namespace, sandbox.pod.name, row.isRead ? claimed(by: sandbox) : "unknown",
      state(observed?.namespace),
      observation(observed?.interfaces) { list(addresses(of: sandbox, $0)) },
      observation(observed?.cache) { same($0.flatMap(\.addresses), as: sandbox) },
      observation(leases) { same($0.map(\.address), as: sandbox) },
    ]
    var rest: [String] = []
    if isWide {
      rest = [
        String(sandbox.id.prefix(13)), sandbox.facts.pid.map { "\($0)" } ?? "-", inode(observed?.namespace),
        observation(observed?.interfaces) { list($0.filter { $0.name != "lo" }.map(text)) },
      ]
    }
    let reasons = isWide ? row.verdict.reasons : row.verdict.faults
    rest.append(reasons.map(catalogue.reason).joined(separator: "; "))
    cells = cells.map { $0.isEmpty ? "-" : $0 }
    let verdict = Table.Cell(row.verdict.kind.rawValue, emphasis(row.verdict.kind))
    return cells.map { Table.Cell($0) } + [verdict] + rest.map { Table.Cell($0) }
  }

  /// Returns only the sandbox's own leases: other sandboxes' leases on its addresses are part of the reason.
  private func own(_ leases: Observation<[HostLocalLease]>?, of id: String) -> Observation<[HostLocalLease]>? {
    guard let value = leases?.value else { return leases }
    return .known(value.filter { $0.owner == id })
  }

  private func observation<Value>(_ observation: Observation<Value>?, _ text: (Value) -> String) -> String {
    switch observation {
    case nil: "-"
    case .unknown: "unknown"
    case .known(let value): text(value)
    }
  }

  private func state(_ namespace: Observation<ObservedNamespace>?) -> String {
    observation(namespace) { namespace in
      switch namespace {
      case .alive: "alive"
      case .missing: "missing"
      case .notANamespace: "not a namespace"
      }
    }
  }

  private func inode(_ namespace: Observation<ObservedNamespace>?) -> String {
    if case .alive(let id) = namespace?.value { "\(id.inode)" } else { "-" }
  }

  /// The addresses that the runtime reports; only a ready pod with its own network must have one.
  private func claimed(by sandbox: SandboxRecord) -> String {
    let isNone = sandbox.addresses.isEmpty && (!sandbox.isReady || sandbox.isHostNetwork)
    return isNone ? "-" : list(sandbox.addresses)
  }

  /// The addresses of all interfaces that CNI has created, which may be more than the runtime reports.
  private func addresses(of sandbox: SandboxRecord, _ interfaces: [ObservedInterface]) -> [String] {
    let names = sandbox.interfaceNames.union(sandbox.observed?.cache?.value?.map(\.interface) ?? [])
    return interfaces.filter { names.contains($0.name) }.flatMap(\.addresses).filter {
      !$0.isLinkLocal && !$0.address.isLoopback
    }.map { "\($0.address)" }
  }

  /// "same" if the addresses are as expected, so that the reader does not have to compare them.
  private func same(_ addresses: [String], as sandbox: SandboxRecord) -> String {
    let (these, those) = (addresses.compactMap { IPAddress($0) }, sandbox.addresses.compactMap { IPAddress($0) })
    return !these.isEmpty && Set(these) == Set(those) ? "same" : list(addresses)
  }

  private func list(_ items: [String]) -> String { items.isEmpty ? "none" : items.joined(separator: ",") }

  private func text(_ interface: ObservedInterface) -> String {
    let state = !interface.isUp ? " down" : !interface.hasCarrier ? " no carrier" : ""
    return "\(interface.name) \(interface.mac)\(state)"
  }

  private func emphasis(_ kind: NetworkVerdict.Kind) -> TextStyle.Emphasis? {
    switch kind {
    case .ok: .good
    case .hostNetwork, .notReady: .faint
    case .unknown: .warning
    case .mismatch, .duplicate, .gone, .lost: .bad
    }
  }
}
