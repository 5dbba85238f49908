internal import CRIGRPC
package import CRIMessages
package import CRIProtobuf
internal import CRISystem

/// The complete state of the simulated runtime, as a value. Each CRI call is a method of this type.
package struct SimulatedNode: Sendable {
  package var version: VersionResponse
  /// The response of Status without `verbose`.
  package var status: StatusResponse
  /// The `info` of the verbose response.
  package var statusInfo: StringMap = [:]
  var sandboxes = RecordTable<SimulatedSandbox>()
  var containers = RecordTable<SimulatedContainer>()
  var images = RecordTable<SimulatedImage>()
  /// Recorded results that no call changes, keyed by the v1 path of the method.
  var fixed: [String: Result<[UInt8], CallFailure>] = [:]
  /// Methods that this version of the runtime does not implement.
  var unknownMethods: Set<String> = []
  /// Returns whether the record of a sandbox on disk lacks the addresses that are in memory (containerd#7843).
  var isForgotten: @Sendable (PodSandbox) -> Bool = { _ in false }
  /// Events that have not been sent yet.
  var events: [ContainerEventResponse] = []
  /// Whether the state has changed since the state file was written.
  var isChanged = true

  package init(runtime name: String = "containerd", version: String = "2.1.4") {
    self.version = VersionResponse(
      version: "0.1.0", runtimeName: name, runtimeVersion: version, runtimeApiVersion: "v1")
    let conditions = ["RuntimeReady", "NetworkReady"].map { RuntimeCondition(type: $0, status: true) }
    status = StatusResponse(status: RuntimeStatus(conditions: conditions))
  }

  var isCRIO: Bool { version.runtimeName == "cri-o" }

  var now: Timestamp { Timestamp(nanoseconds: Kernel.now) }

  /// Whether the runtime is a containerd before 1.7, whose messages and behaviour differ slightly.
  var isOldContainerd: Bool {
    let numbers = version.runtimeVersion.drop { $0 == "v" }.split(separator: ".").prefix(2).compactMap { Int($0) }
    return !isCRIO && numbers.count == 2 && (numbers[0] == 1 && numbers[1] < 7)
  }

  // MARK: Finding

  /// Finds a sandbox by its ID or a prefix of it.
  /// - Parameter prefix: The beginning of containerd's error message.
  func sandbox(
    _ id: String, _ prefix: String = "an error occurred when try to find sandbox"
  ) throws(CallFailure) -> SimulatedSandbox {
    do throws(RecordLookupError) {
      return try sandboxes.find(id)
    } catch {
      throw isCRIO ? crioFailure(error, "pod", "PodSandbox", id) : containerdFailure(error, prefix, id)
    }
  }

  /// Finds a container by its ID or a prefix of it.
  /// - Parameter prefix: The beginning of containerd's error message, if it differs from the usual one.
  func container(_ id: String, _ prefix: String? = nil) throws(CallFailure) -> SimulatedContainer {
    do throws(RecordLookupError) {
      return try containers.find(id)
    } catch {
      if isCRIO { throw crioFailure(error, "container", "container", id) }
      throw containerdFailure(
        error, prefix ?? "an error occurred when try to find container \(id.goQuoted)", id)
    }
  }

  private func containerdFailure(_ miss: RecordLookupError, _ prefix: String, _ id: String) -> CallFailure {
    // containerd returns UNKNOWN for all errors except "not found".
    switch miss {
    case .absent: CallFailure(.notFound, "\(prefix): not found")
    case .empty: CallFailure(.unknown, "\(prefix): \(isOldContainerd ? "P" : "p")refix can't be empty")
    case .ambiguous: CallFailure(.unknown, "\(prefix): Multiple IDs found with provided prefix: \(id)")
    }
  }

  private func crioFailure(_ miss: RecordLookupError, _ noun: String, _ kind: String, _ id: String) -> CallFailure {
    let reason =
      switch miss {
      case .absent: "ID does not exist"
      case .empty: "prefix can't be empty"
      case .ambiguous: "Multiple IDs found with provided prefix: \(id)"
      }
    return CallFailure(
      .notFound, "could not find \(noun) \(id.goQuoted): \(kind) with ID starting with \(id) not found: \(reason)")
  }

  /// Finds an image by its ID, tag or digest; returns nil if it does not exist.
  func image(_ spec: ImageSpec?) throws(CallFailure) -> SimulatedImage? {
    guard let name = spec?.image, !name.isEmpty else {
      throw CallFailure(.unknown, "can not resolve \"\" locally: ambiguous digest string")
    }
    return images[name] ?? images.all.first { $0.hasName(name) }
  }
}

extension String {
  /// The string as Go's `%q` quotes it. Only characters that occur in IDs and names are supported.
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
