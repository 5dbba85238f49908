internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// A container of the simulated runtime, with the values that the different calls return.
struct SimulatedContainer: Record {
  /// The item in ListContainers.
  var item: Container
  /// The response of ContainerStatus without `verbose`.
  var response: ContainerStatusResponse
  /// The `info` of the verbose response. If nil, it is generated when it is requested.
  var verboseInfo: StringMap?
  /// The item in ListContainerStats. If nil, it is generated when it is requested.
  var stats: ContainerStats?
  /// What the container runs, if a client has created it.
  var program: SimulatedProgram?

  var id: String { item.id }

  var status: ContainerStatus {
    get { response.status ?? ContainerStatus() }
    set { response.status = newValue }
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

/// The main process of a container, as far as it is simulated.
struct SimulatedProgram: Sendable {
  var arguments: [String]
  /// CRI: `stdin_once`.
  var stdinOnce: Bool
}

/// An image of the simulated runtime.
struct SimulatedImage: Record {
  /// The item in ListImages.
  var item: Image
  /// The response of ImageStatus without `verbose`.
  var response: ImageStatusResponse
  /// The `info` of the verbose response.
  var verboseInfo: StringMap = [:]

  var id: String { item.id }

  /// Returns whether a reference names this image: its ID with or without `sha256:`, a tag, or a digest.
  func hasName(_ name: String) -> Bool {
    let bare = name.hasPrefix("sha256:") ? String(name.dropFirst(7)) : name
    let ownDigits = id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id
    return item.repoTags.contains(name) || item.repoDigests.contains(name) || bare == ownDigits
      || bare.utf8.count >= 4 && bare.allSatisfy(\.isHexDigit) && ownDigits.hasPrefix(bare)
  }
}
