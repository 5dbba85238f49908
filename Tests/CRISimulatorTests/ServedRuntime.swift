import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISimulator
import Foundation

/// A simulated runtime on a temporary socket, with a channel to it.
final class ServedRuntime: Sendable {
  let runtime: SimulatedRuntime
  let path: String
  let channel: Channel

  init(_ source: SimulatedRuntime.Source = .pods([]), options: SimulatedRuntime.Options = .init()) throws {
    path = Self.temporaryPath("sock")
    runtime = try SimulatedRuntime(source, options: options)
    channel = Channel(path: path)
    try runtime.start(at: path)
  }

  convenience init(_ source: SimulatedRuntime.Source = .pods([]), faults: (inout Faults) -> Void) throws {
    var options = SimulatedRuntime.Options()
    faults(&options.faults)
    try self.init(source, options: options)
  }

  deinit { runtime.stop() }

  static func temporaryPath(_ ending: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString.prefix(13)).\(ending)")
      .path
  }

  func restart(_ losses: [RestartLoss]? = nil) throws { try runtime.restart(losses) }

  func call<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, _ api: APIVersion = .v1, timeout: Duration? = nil
  ) async throws -> Response {
    try .decode(
      try await channel.unary(method.path(api), request.encode(), options: Channel.Options(timeout: timeout)))
  }

  /// Returns the status with which a call fails; nil if it succeeds.
  func failure<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, _ api: APIVersion = .v1
  ) async throws -> String? {
    do throws(RPCError) {
      _ = try await channel.unary(method.path(api), request.encode())
      return nil
    } catch {
      guard case .status(let status) = error.cause else { throw error }
      return "\(status.code): \(status.message)"
    }
  }
}
