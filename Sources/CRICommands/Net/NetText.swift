internal import CRISnapshot
internal import CRIText
internal import CRIVerify

/// The pods' networks as text: one line per pod, followed by what could not be read.
struct NetText {
  let report: NetReport
  let isWide: Bool
  let style: TextStyle

  var text: String {
    var columns: [Table.Column] = ["NAMESPACE", "POD", "RUNTIME SAYS", "NETNS", "REALLY", "CNI", "LEASE", "VERDICT"]
    if isWide { columns += ["POD ID", "PID", "INODE", "INTERFACES"] }
    columns.append("REASON")
    var table = Table(columns, layout: .compact)
    for row in report.rows { table.append(cells(row)) }
    return table.text(style)
      + report.unchecked.map { Sanitizer.visible("not checked: \($0.what): \($0.why)") + "\n" }.joined()
  }

  private func cells(_ row: NetReport.Row) -> [Table.Cell] {
    let (sandbox, truth) = (row.sandbox, row.sandbox.truth)
    let leases = own(truth?.leases, of: sandbox.id)
    var cells: [String] = [
      sandbox.pod.namespace, sandbox.pod.name, row.isRead ? claimed(by: sandbox) : "unread", state(truth?.namespace),
      reading(truth?.interfaces) { _ in list((sandbox.realAddresses ?? []).map { "\($0.address)" }) },
      reading(truth?.cache) { same($0.flatMap(\.addresses), as: sandbox) },
      reading(leases) { same($0.map(\.address), as: sandbox) },
    ]
    var rest: [String] = []
    if isWide {
      rest = [
        ShortID.of(sandbox.id), sandbox.facts.pid.map { "\($0)" } ?? "-", inode(truth?.namespace),
        reading(truth?.interfaces) { list($0.filter { $0.name != "lo" }.map(text)) },
      ]
    }
    let reasons = row.verdict.reasons
    rest.append((isWide ? reasons : Array(reasons.prefix(1))).joined(separator: "; "))
    cells = cells.map { $0.isEmpty ? "-" : $0 }
    let verdict = Table.Cell(row.verdict.kind.rawValue, emphasis(row.verdict.kind))
    return cells.map { Table.Cell($0) } + [verdict] + rest.map { Table.Cell($0) }
  }

  /// The leases of the pod itself; leases of others on its addresses are in the reason.
  private func own(_ leases: Reading<[HostLocalLease]>?, of id: String) -> Reading<[HostLocalLease]>? {
    guard let value = leases?.value else { return leases }
    return .read(value.filter { $0.owner == id })
  }

  private func reading<Value>(_ reading: Reading<Value>?, _ text: (Value) -> String) -> String {
    switch reading {
    case nil: "-"
    case .unread: "unread"
    case .read(let value): text(value)
    }
  }

  private func state(_ namespace: Reading<NamespaceTruth>?) -> String {
    reading(namespace) { namespace in
      switch namespace {
      case .alive: "alive"
      case .missing: "missing"
      case .notANamespace: "dead"
      }
    }
  }

  private func inode(_ namespace: Reading<NamespaceTruth>?) -> String {
    if case .alive(let id) = namespace?.value { "\(id.inode)" } else { "-" }
  }

  /// The addresses that the runtime reports; only a ready pod with a network of its own must have one.
  private func claimed(by sandbox: SandboxRecord) -> String {
    let isNone = sandbox.addresses.isEmpty && (!sandbox.isReady || sandbox.isHostNetwork)
    return isNone ? "-" : list(sandbox.addresses)
  }

  /// "same" if the addresses are as expected, so that nobody compares them by eye.
  private func same(_ addresses: [String], as sandbox: SandboxRecord) -> String {
    let (these, those) = (addresses.compactMap { IPAddress($0) }, sandbox.addresses.compactMap { IPAddress($0) })
    return !these.isEmpty && Set(these) == Set(those) ? "same" : list(addresses)
  }

  private func list(_ items: [String]) -> String { items.isEmpty ? "none" : items.joined(separator: ",") }

  private func text(_ interface: InterfaceTruth) -> String {
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
