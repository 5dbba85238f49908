import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import TestSupport

/// A runtime in this process with scripted responses, which records its requests.
final class TestRuntime: Sendable {
  enum Reply: Sendable {
    case message([UInt8])
    /// The messages of a stream, which then stays open.
    case messages([[UInt8]])
    case failure(StatusCode, String)

    static func message(_ message: some CMessage) -> Reply { .message(message.encode()) }
  }

  let path: String
  private let calls: Locked<[String]>
  private let sent: Locked<Int>
  private let server: Server

  /// - Parameters:
  ///   - prefix: The prefix of the services that exist.
  ///   - reply: Receives the method's name and the request; a result of nil means that the method does not exist.
  init(servingOnly prefix: String = "", _ reply: @escaping @Sendable (String, [UInt8]) async throws -> Reply?) throws {
    path = "/tmp/cri-command-\(UUID().uuidString.prefix(12)).sock"
    let calls = Locked<[String]>([])
    self.calls = calls
    let sent = Locked(0)
    self.sent = sent
    server = try Server(at: path) { call in
      let name = String(call.method.split(separator: "/").last ?? "")
      calls.withLock { $0.append(name) }
      guard call.method.hasPrefix("/" + prefix) else { return call.finish(.unimplemented, "unknown service") }
      switch try? await reply(name, call.message) {
      case .message(let bytes):
        sent.withLock { $0 += bytes.count }
        call.send(bytes)
        call.finish()
      case .messages(let messages):
        for message in messages { call.send(message) }
      case .failure(let code, let words): call.finish(code, words)
      case nil: call.finish(.unimplemented, "unknown method \(name)")
      }
    }
  }

  /// Responds to one method with one message.
  convenience init<Request, Response: CMessage>(_ method: Method<Request, Response>, _ reply: Response) throws {
    try self.init { name, _ in name == method.name ? .message(reply) : nil }
  }

  deinit { stop() }

  func stop() {
    server.stop()
    unlink(path)
  }

  /// The size of all messages that were sent, in bytes.
  var sentBytes: Int { sent.withLock { $0 } }

  /// The methods that were called, in order.
  var called: [String] { calls.withLock { $0 } }
}

extension TestRuntime {
  /// Serves recorded responses; calls that were not recorded fail with NOT_FOUND.
  static func recorded(_ runtime: String, servingOnly prefix: String = "") throws -> TestRuntime {
    let calls = try Recording(runtime, .after).calls
    let replies = Dictionary(calls.map { ("\($0.name) \($0.request)", $0) }, uniquingKeysWith: { first, _ in first })
    return try TestRuntime(servingOnly: prefix) { name, request in
      guard let call = replies["\(name) \(request)"] else { return .failure(.notFound, "not recorded") }
      return call.hasSucceeded ? .message(call.response) : .failure(call.code, call.message)
    }
  }
}

extension Tool {
  /// Runs the built command with a runtime in this process, which lives until the command ends.
  static func cri(
    _ arguments: [String], on runtime: TestRuntime, environment: [String: String] = [:]
  ) async throws -> Tool {
    defer { withExtendedLifetime(runtime) {} }
    return try await cri(arguments, on: runtime.path, environment: environment)
  }
}
