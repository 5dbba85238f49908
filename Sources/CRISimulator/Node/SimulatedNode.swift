internal import CRIGRPC
package import CRIMessages
package import CRIProtobuf
internal import CRISystem

/// What the simulated runtime has, as a value: every call of the interface is a function on it.
package struct SimulatedNode: Sendable {
  package var version: VersionResponse
  /// Without `verbose`.
  package var status: StatusResponse
  /// The `info` of the verbose answer.
  package var statusInfo: StringMap = [:]
  var sandboxes = RecordTable<SimulatedSandbox>()
  var containers = RecordTable<SimulatedContainer>()
  var images = RecordTable<SimulatedImage>()
  /// Answers that a recording gives and nothing here changes, by the v1 path of the method.
  var fixed: [String: Result<[UInt8], CallFailure>] = [:]
  /// Methods of the interface that this runtime is too old for.
  var unknownMethods: Set<String> = []
  /// Sandboxes whose record on disk lacks the addresses that the memory still has (containerd#7843).
  var isForgotten: @Sendable (PodSandbox) -> Bool = { _ in false }
  /// Events that have not been sent yet.
  var events: [ContainerEventResponse] = []
  /// Whether there was a change that a state file does not have yet.
  var isChanged = true

  package init(runtime name: String = "containerd", version: String = "2.1.4") {
    self.version = VersionResponse(
      version: "0.1.0", runtimeName: name, runtimeVersion: version, runtimeApiVersion: "v1")
    let conditions = ["RuntimeReady", "NetworkReady"].map { RuntimeCondition(type: $0, status: true) }
    status = StatusResponse(status: RuntimeStatus(conditions: conditions))
  }

  var isCRIO: Bool { version.runtimeName == "cri-o" }

  var now: Timestamp { Timestamp(nanoseconds: Kernel.now) }

  // MARK: Finding

  /// - Parameter words: containerd's beginning of the error's message.
  func sandbox(_ id: String, _ words: String = "an error occurred when try to find sandbox")
    throws(CallFailure)
    -> SimulatedSandbox
  {
    do throws(RecordTable<SimulatedSandbox>.Miss) {
      return try sandboxes.find(id)
    } catch {
      let miss = Miss(error == .empty, error == .ambiguous)
      throw isCRIO ? miss.crio("pod", "PodSandbox", id) : miss.containerd(words, id)
    }
  }

  func container(_ id: String) throws(CallFailure) -> SimulatedContainer {
    do throws(RecordTable<SimulatedContainer>.Miss) {
      return try containers.find(id)
    } catch {
      let miss = Miss(error == .empty, error == .ambiguous)
      if isCRIO { throw miss.crio("container", "container", id) }
      throw miss.containerd("an error occurred when try to find container \(id.goQuoted)", id)
    }
  }

  func image(_ spec: ImageSpec?) -> SimulatedImage? {
    guard let name = spec?.image, !name.isEmpty else { return nil }
    return images[name] ?? images.all.first { $0.isCalled(name) }
  }

  /// In whose words an id is not found.
  private struct Miss {
    let isEmpty, isAmbiguous: Bool

    init(_ isEmpty: Bool, _ isAmbiguous: Bool) { (self.isEmpty, self.isAmbiguous) = (isEmpty, isAmbiguous) }

    func reason(_ id: String) -> String? {
      if isEmpty { return "prefix can't be empty" }
      return isAmbiguous ? "Multiple IDs found with provided prefix: \(id)" : nil
    }

    func containerd(_ words: String, _ id: String) -> CallFailure {
      // Only "not found" has a code of its own in containerd.
      CallFailure(reason(id) == nil ? .notFound : .unknown, "\(words): \(reason(id) ?? "not found")")
    }

    func crio(_ noun: String, _ kind: String, _ id: String) -> CallFailure {
      let reason = reason(id) ?? "ID does not exist"
      return CallFailure(
        .notFound,
        "could not find \(noun) \(id.goQuoted): \(kind) with ID starting with \(id) not found: \(reason)")
    }
  }
}

extension String {
  /// As Go's `%q` has it, for what occurs in ids and names.
  var goQuoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
