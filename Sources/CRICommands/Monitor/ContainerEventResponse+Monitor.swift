internal import CRI

extension ContainerEventResponse {
  /// The maximum length of an ID in bytes; the IDs of runtimes have 64. An event with a longer ID is ignored, because
  /// the next list shows what it announces.
  private static let maximumIDLength = 128
  /// The length to which the reason and the message of a container are cut, in characters.
  private static let maximumTextLength = 256

  /// The part of the event that a monitor uses. Many events can be waiting, and each can contain a long text.
  /// - Returns: nil if the ID is too long.
  var forMonitor: ContainerEventResponse? {
    guard containerID.utf8.count <= Self.maximumIDLength else { return nil }
    let status = containersStatuses.first { $0.id == containerID && $0.metadata != nil }
    func cut(_ text: String) -> String { String(decoding: text.utf8.prefix(Self.maximumTextLength), as: UTF8.self) }
    return ContainerEventResponse(
      containerID: containerID, containerEventType: containerEventType, createdAt: createdAt,
      containersStatuses: status.map { status in
        [
          ContainerStatus(
            id: status.id, metadata: ContainerMetadata(), state: status.state, startedAt: status.startedAt,
            finishedAt: status.finishedAt, exitCode: status.exitCode, reason: cut(status.reason),
            message: cut(status.message))
        ]
      } ?? [])
  }
}
