internal import CRIMessages
internal import CRIProtobuf

/// containerd's own Tasks service, which returns the processes that its shims run.
enum ContainerdTasks {
  static let service = "containerd.services.tasks.v1.Tasks"

  /// Returns the response of `List`: every ready sandbox and running container.
  static func list(_ node: SimulatedNode) -> [UInt8] {
    let ids =
      node.sandboxes.all.filter { $0.item.state == .ready }.map(\.id)
      + node.containers.all.filter { $0.item.state == .running }.map(\.id)
    return ListTasksResponse(tasks: ids.map { ContainerdTask(id: $0, status: .running) }).encode()
  }
}
