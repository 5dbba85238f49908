internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// A container as the runtime has it: what it answers in lists, and what it answers when asked for it alone.
struct SimulatedContainer: Record {
  /// In ListContainers.
  var item: Container
  /// From ContainerStatus without `verbose`.
  var answer: ContainerStatusResponse
  /// The `info` of the verbose answer; nil: made from the rest when it is asked for.
  var verboseInfo: StringMap?
  /// From ListContainerStats; nil: made up when they are asked for.
  var stats: ContainerStats?

  var id: String { item.id }

  var status: ContainerStatus {
    get { answer.status ?? ContainerStatus() }
    set { answer.status = newValue }
  }

  var state: ContainerState {
    get { item.state }
    set {
      item.state = newValue
      status.state = newValue
    }
  }

  mutating func start(at now: Timestamp) {
    state = .running
    status.startedAt = now
  }

  mutating func exit(_ code: Int32, reason: String, at now: Timestamp) {
    state = .exited
    status.exitCode = code
    status.finishedAt = now
    status.reason = reason
    stats = nil
    if verboseInfo != nil { editInfo { $0["pid"] = 0 } }
  }
}

/// An image as the runtime has it.
struct SimulatedImage: Record {
  /// In ListImages.
  var item: Image
  /// From ImageStatus without `verbose`.
  var answer: ImageStatusResponse
  /// The `info` of the verbose answer.
  var verboseInfo: StringMap = [:]

  var id: String { item.id }

  /// Whether a reference means this image: its id with or without `sha256:`, a tag, a digest.
  func isCalled(_ name: String) -> Bool {
    let bare = name.hasPrefix("sha256:") ? String(name.dropFirst(7)) : name
    let own = id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id
    return item.repoTags.contains(name) || item.repoDigests.contains(name) || bare == own
      || bare.utf8.count >= 4 && bare.allSatisfy(\.isHexDigit) && own.hasPrefix(bare)
  }
}
