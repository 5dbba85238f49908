import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIText
import TestSupport

/// What a server answered.
struct Answer: Equatable {
  var code: StatusCode
  var message: String
  /// The message as JSON, with what a runtime may order as it likes put in order, and JSON text read.
  var document: JSON

  init(_ recorded: Recording.Call) throws {
    code = recorded.code
    message = recorded.message
    document = recorded.code == .ok ? try Self.document(recorded.response, recorded.name) : .null
  }

  init(_ channel: Channel, _ call: Recording.Call) async throws {
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
