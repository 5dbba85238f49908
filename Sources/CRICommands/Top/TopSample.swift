internal import CRI
internal import CRIText

/// The containers and pods at one point in time.
struct TopSample: Sendable {
  /// Nanoseconds since 1970.
  let time: Int64
  let containers: [TopRow]
  let pods: [TopRow]

  /// - Parameter isAll: Whether containers and pods that are not running are included.
  init(
    pods: [PodSandbox], containers: [Container], usage: [Usage<ContainerStats>], isAll: Bool, time: Int64
  ) {
    self.time = time
    let usage = Dictionary(usage.map { ($0.stats.usageID, $0) }) { first, _ in first }
    let names = Dictionary(pods.map { ($0.id, $0.metadata) }) { first, _ in first }
    let rows = containers.map { container in
      let pod = names[container.podSandboxID] ?? nil
      let used = usage[container.id].flatMap { $0.stats.hasUsage ? $0 : nil }
      return (
        pod: container.podSandboxID, isShown: isAll || container.state == .running,
        row: TopRow(
          id: container.id, state: Table.Cell(container.state.title, container.state.emphasis),
          name: container.metadata?.name ?? "", pod: pod?.name ?? container.podName,
          namespace: pod?.namespace ?? container.podNamespace, cpu: used?.cpu, memory: used?.stats.workingSet)
      )
    }
    self.containers = rows.filter(\.isShown).map(\.row)
    let members = Dictionary(grouping: rows.filter(\.isShown), by: \.pod)
    self.pods = pods.filter { isAll || $0.state == .ready }.map { pod in
      var row = TopRow(
        id: pod.id, state: Table.Cell(pod.state.title, pod.state.emphasis), name: "", pod: pod.metadata?.name ?? "",
        namespace: pod.metadata?.namespace ?? "")
      for member in members[pod.id] ?? [] { row.add(member.row) }
      return row
    }
  }
}
