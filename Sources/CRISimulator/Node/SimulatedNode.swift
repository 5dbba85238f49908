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

  /// containerd before 1.7, whose words and habits differ a little.
  var isOldContainerd: Bool {
    let numbers = version.runtimeVersion.drop { $0 == "v" }.split(separator: ".").prefix(2).compactMap { Int($0) }
    return !isCRIO && numbers.count == 2 && (numbers[0] == 1 && numbers[1] < 7)
  }

  // MARK: Finding

  /// - Parameter words: containerd's beginning of the error's message.
  func sandbox(
    _ id: String, _ words: String = "an error occurred when try to find sandbox"
  ) throws(CallFailure) -> SimulatedSandbox {
    do throws(RecordMiss) {
      return try sandboxes.find(id)
    } catch {
      throw isCRIO ? crioFailure(error, "pod", "PodSandbox", id) : containerdFailure(error, words, id)
    }
  }

  /// - Parameter words: containerd's beginning of the error's message, where it is another than usual.
  func container(_ id: String, _ words: String? = nil) throws(CallFailure) -> SimulatedContainer {
    do throws(RecordMiss) {
      return try containers.find(id)
    } catch {
      if isCRIO { throw crioFailure(error, "container", "container", id) }
      throw containerdFailure(
        error, words ?? "an error occurred when try to find container \(id.goQuoted)", id)
    }
  }

  private func containerdFailure(_ miss: RecordMiss, _ words: String, _ id: String) -> CallFailure {
    // Only "not found" has a code of its own there.
    switch miss {
    case .absent: CallFailure(.notFound, "\(words): not found")
    case .empty: CallFailure(.unknown, "\(words): \(isOldContainerd ? "P" : "p")refix can't be empty")
    case .ambiguous: CallFailure(.unknown, "\(words): Multiple IDs found with provided prefix: \(id)")
    }
  }

  private func crioFailure(_ miss: RecordMiss, _ noun: String, _ kind: String, _ id: String) -> CallFailure {
    let reason =
      switch miss {
      case .absent: "ID does not exist"
      case .empty: "prefix can't be empty"
      case .ambiguous: "Multiple IDs found with provided prefix: \(id)"
      }
    return CallFailure(
      .notFound, "could not find \(noun) \(id.goQuoted): \(kind) with ID starting with \(id) not found: \(reason)")
  }

  /// nil where there is none of that name.
  func image(_ spec: ImageSpec?) throws(CallFailure) -> SimulatedImage? {
    guard let name = spec?.image, !name.isEmpty else {
      throw CallFailure(.unknown, "can not resolve \"\" locally: ambiguous digest string")
    }
    return images[name] ?? images.all.first { $0.isCalled(name) }
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
