import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIText
import TestSupport

/// The result of a call, in a form that can be compared.
struct Reply: Equatable {
  var code: StatusCode
  var message: String
  /// The message as JSON. Lists whose order is not defined are sorted, and JSON in text is parsed.
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
      guard case .status(let status) = error.cause else { throw error }
      (code, message, document) = (status.code, status.message, .null)
    }
  }

  private static func document(_ bytes: [UInt8], _ name: String) throws -> JSON {
    guard let method = AnyMethod.all.first(where: { $0.name == name }) else {
      return JSON(Base64.encode(bytes))
    }
    func json<M: CMessage>(_ type: M.Type) throws -> JSON { try type.decode(bytes).json() }
    return sorted(try json(method.response))
  }

  /// Sorts lists, because the order of containerd's lists and of CRI-O's handlers changes with every call.
  private static func sorted(_ document: JSON) -> JSON {
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
