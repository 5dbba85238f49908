import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import Foundation
import Testing

/// A line of a recording.
struct Recorded: Sendable, CustomTestStringConvertible {
  var method: String
  var request: [UInt8]
  var response: [UInt8]
  var code: StatusCode
  var message: String

  var name: String { method.split(separator: "/").last.map(String.init) ?? "" }
  var testDescription: String { "\(name) \(request.count) bytes" }

  static let runtimes = ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4", "cri-o-1.37"]

  static func path(_ recording: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: recording, withExtension: "jsonl", subdirectory: "Recordings")
    ).path
  }

  static func load(_ recording: String) throws -> [Recorded] {
    try String(contentsOfFile: path(recording), encoding: .utf8).split(separator: "\n").map { line in
      let line = try JSON.parse(String(line))
      return Recorded(
        method: try #require(line["method"]?.stringValue),
        request: try #require(Base64.decode(line["request"]?.stringValue ?? "")),
        response: try #require(Base64.decode(line["response"]?.stringValue ?? "")),
        code: try #require(StatusCode(rawValue: Int(line["code"]?.intValue ?? 0))),
        message: line["message"]?.stringValue ?? "")
    }
  }
}

/// What a server answered.
struct Answer: Equatable {
  var code: StatusCode
  var message: String
  /// The message as JSON, with what a runtime may order as it likes put in order, and JSON text read.
  var document: JSON

  init(_ recorded: Recorded) throws {
    code = recorded.code
    message = recorded.message
    document = recorded.code == .ok ? try Self.document(recorded.response, recorded.name) : .null
  }

  init(_ channel: Channel, _ call: Recorded) async throws {
    do {
      let bytes = try await channel.unary(call.method, call.request)
      (code, message) = (.ok, "")
      document = try Self.document(bytes, call.name)
    } catch let error as RPCError {
      guard case .status(let status) = error else { throw error }
      (code, message, document) = (status.code, status.message, .null)
    }
  }

  private static func document(_ bytes: [UInt8], _ name: String) throws -> JSON {
    guard let method = AnyMethod.all.first(where: { $0.name == name }) else {
      return JSON(Base64.encode(bytes))
    }
    func json<M: CMessage>(_ type: M.Type) throws -> JSON { try type.decode(bytes).json() }
    return inOrder(try json(method.response))
  }

  /// containerd lists in the order of Go's maps: in another one each time, as CRI-O gives its handlers.
  private static func inOrder(_ document: JSON) -> JSON {
    var document = document
    for list in ["items", "containers", "images", "stats", "runtimeHandlers"] {
      guard let items = document[list]?.arrayValue else { continue }
      document[list] = .array(items.sorted { $0.text() < $1.text() })
    }
    guard let info = document["info"]?.objectValue else { return document }
    for (key, value) in info {
      if let text = value.stringValue, let parsed = try? JSON.parse(text) { document["info"]?[key] = parsed }
    }
    return document
  }
}
