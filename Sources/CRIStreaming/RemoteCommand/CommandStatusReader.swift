internal import CRIJSON

/// Reads the error stream of a remote command.
///
/// From v4 on, it contains one `metav1.Status` in JSON; in earlier versions, it contains an error message or nothing.
/// Sources: `k8s.io/client-go/tools/remotecommand/v4.go`, `k8s.io/cri-streaming/pkg/streaming/remotecommand/status.go`.
struct CommandStatusReader {
  /// The maximum size of a status in bytes.
  static let maximumSize = 64 << 10

  let version: RemoteCommandProtocol
  private var bytes: [UInt8] = []
  private var scanner = ObjectScanner()

  init(_ version: RemoteCommandProtocol) { self.version = version }

  /// Adds bytes.
  /// - Returns: The result as soon as the status is complete, because servers do not always end the stream. What follows
  ///   the status is ignored, however the bytes are divided.
  mutating func receive(_ more: [UInt8]) throws(RemoteCommandFailure) -> CommandResult? {
    let start = bytes.count
    bytes += more.prefix(CommandStatusReader.maximumSize + 1 - bytes.count)
    if version.reportsStatus, let end = scanner.end(in: bytes[start...]) {
      bytes.removeSubrange(end...)
      return try self.end()
    }
    guard bytes.count <= CommandStatusReader.maximumSize else {
      throw .statusTooLarge(limit: CommandStatusReader.maximumSize)
    }
    return nil
  }

  /// Returns the result after the stream has ended, normally or not.
  func end() throws(RemoteCommandFailure) -> CommandResult {
    if version.reportsStatus {
      guard !bytes.isEmpty else { throw .noStatus("the error stream ended without a status") }
      let status: JSON
      do throws(JSONError) { status = try JSON.parse(bytes) } catch {
        throw .malformedStatus(text, reason: "it is not JSON: \(error)")
      }
      return try CommandStatusReader.result(status, bytes)
    }
    return bytes.isEmpty ? .unreported(version) : .failed(RemoteStatus(message: text))
  }

  private var text: String { String(decoding: bytes, as: UTF8.self) }

  private static func result(_ status: JSON, _ bytes: [UInt8]) throws(RemoteCommandFailure) -> CommandResult {
    let text = String(decoding: bytes, as: UTF8.self)
    switch status["status"]?.stringValue {
    case "Success": return .exited(status: 0)
    case "Failure": break
    case let other: throw .malformedStatus(text, reason: "its status is \(other ?? "missing")")
    }
    let reason = status["reason"]?.stringValue ?? ""
    guard reason == "NonZeroExitCode" else {
      return .failed(
        RemoteStatus(
          message: status["message"]?.stringValue ?? "", reason: reason,
          code: status["code"]?.intValue.flatMap { Int(exactly: $0) } ?? 0))
    }
    let causes = status["details"]?["causes"]?.arrayValue ?? []
    guard let cause = causes.first(where: { $0["reason"]?.stringValue == "ExitCode" }) else {
      throw .malformedStatus(text, reason: "it contains no exit code")
    }
    let code = cause["message"]?.stringValue ?? ""
    // A status of 0 would contradict the reason and turn a failure into a success.
    guard let status = UInt8(code), status != 0 else {
      throw .malformedStatus(text, reason: "its exit code is \(code)")
    }
    return .exited(status: status)
  }

  /// Encodes a result for the error stream; empty if the protocol version cannot express it.
  static func encode(_ result: CommandResult, _ version: RemoteCommandProtocol) -> [UInt8] {
    guard version.reportsStatus else {
      switch result {
      case .exited(0), .unreported: return []
      case .exited(let status): return Array("command terminated with non-zero exit code: exit status \(status)".utf8)
      case .failed(let status): return Array(status.message.utf8)
      }
    }
    var object: JSON
    switch result {
    case .exited(0), .unreported: object = ["status": "Success"]
    case .exited(let status):
      object = [
        "status": "Failure", "message": .string("command terminated with non-zero exit code: exit status \(status)"),
        "reason": "NonZeroExitCode",
        "details": ["causes": [["reason": "ExitCode", "message": .string("\(status)")]]],
      ]
    case .failed(let status):
      object = ["status": "Failure", "message": .string(status.message), "reason": .string(status.reason)]
      if status.code != 0 { object["code"] = .number("\(status.code)") }
    }
    return object.bytes()
  }
}

/// Finds the end of the JSON object with which a text begins. It reads each byte once, however the text is divided.
private struct ObjectScanner {
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var isOtherText = false

  /// Returns the index after the object, or nil if the object continues or the text does not begin with an object.
  mutating func end(in bytes: ArraySlice<UInt8>) -> Int? {
    for (index, byte) in zip(bytes.indices, bytes) where !isOtherText {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isInString: isEscaped = true
      case UInt8(ascii: "\"") where depth > 0: isInString.toggle()
      case _ where isInString: break
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}") where depth > 0:
        depth -= 1
        if depth == 0 { return index + 1 }
      case 0x20, 0x09...0x0d: break
      default: isOtherText = depth == 0
      }
    }
    return nil
  }
}
