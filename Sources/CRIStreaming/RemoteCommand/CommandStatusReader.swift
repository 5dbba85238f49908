internal import CRIJSON

/// Reads the error stream of a remote command.
///
/// From v4 on, it contains one `metav1.Status` in JSON; in earlier versions, it contains an error message or nothing.
/// Sources: `k8s.io/client-go/tools/remotecommand/v4.go`, `k8s.io/cri-streaming/pkg/streaming/remotecommand/status.go`.
struct CommandStatusReader {
  /// The maximum size of a status in bytes.
  static let largest = 64 << 10

  let version: RemoteCommandProtocol
  private var bytes: [UInt8] = []

  init(_ version: RemoteCommandProtocol) { self.version = version }

  /// Adds bytes.
  /// - Returns: The result as soon as the status is complete, because servers do not always end the stream.
  mutating func receive(_ more: [UInt8]) throws(RemoteCommandFailure) -> CommandResult? {
    bytes += more.prefix(CommandStatusReader.largest + 1 - bytes.count)
    guard bytes.count <= CommandStatusReader.largest else { throw .statusTooLarge(limit: CommandStatusReader.largest) }
    // Only a closing brace can complete the object, so a status that arrives in many pieces is not parsed after each
    // piece.
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    guard version.reportsStatus, bytes.last(where: { !isSpace($0) }) == UInt8(ascii: "}"),
      let status = try? JSON.parse(bytes)
    else { return nil }
    return try CommandStatusReader.result(status, bytes)
  }

  /// Returns the result after the stream has ended, normally or not.
  func end() throws(RemoteCommandFailure) -> CommandResult {
    if version.reportsStatus {
      guard !bytes.isEmpty else { throw .noStatus("the error stream ended without a status") }
      let status: JSON
      do throws(JSONError) { status = try JSON.parse(bytes) } catch {
        throw .malformedStatus(text, reason: "not JSON: \(error)")
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
    case let other: throw .malformedStatus(text, reason: "status is \(other ?? "missing")")
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
      throw .malformedStatus(text, reason: "no exit code")
    }
    let code = cause["message"]?.stringValue ?? ""
    // A status of 0 would contradict the reason and turn a failure into a success.
    guard let status = UInt8(code), status != 0 else { throw .malformedStatus(text, reason: "exit code \(code)") }
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
