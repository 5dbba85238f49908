internal import CRIText

/// Which part of a sample is shown, and how.
struct TopView: Hashable, Sendable {
  var showsPods: Bool
  var order: TopOrder

  func table(_ sample: TopSample, _ style: TextStyle) -> String {
    var table = Table(columns, layout: .compact)
    for row in order.apply(to: showsPods ? sample.pods : sample.containers) { table.append(cells(row)) }
    return table.text(style)
  }

  private var columns: [Table.Column] {
    let usage = [Table.Column("CPU %", .right), Table.Column("MEM", .right)]
    return showsPods
      ? ["POD ID", "STATE"] + usage + [Table.Column("CONTAINERS", .right), "POD", "NAMESPACE"]
      : ["CONTAINER", "STATE"] + usage + ["NAME", "POD", "NAMESPACE"]
  }

  private func cells(_ row: TopRow) -> [Table.Cell] {
    [Table.Cell(ShortID.of(row.id)), row.state, Table.Cell(row.cpuText), Table.Cell(row.memoryText)]
      + [Table.Cell(showsPods ? "\(row.containers)" : row.name), Table.Cell(row.pod), Table.Cell(row.namespace)]
  }

  /// A line about all containers and pods.
  func summary(_ sample: TopSample, zone: TimeText.Zone = .local) -> String {
    var all = TopRow(id: "", state: "", name: "", pod: "", namespace: "", cpu: nil, memory: nil)
    for row in sample.containers { all.add(row) }
    let time = TimeText.goString(nanoseconds: sample.time, in: zone).split(separator: " ")[1].prefix(8)
    return "cri top  \(time)  \(count(sample.pods.count, "pod")), \(count(all.containers, "container")), "
      + "CPU \(all.cpuText) %, MEM \(all.memoryText), by \(order.key.rawValue)"
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
