import CRIGRPC
import CRISystem
import TestSupport
import Testing

/// The method that the tests call; scripted peers ignore it.
let method = "/runtime.v1.RuntimeService/Version"

typealias Outcome = Result<[UInt8], RPCError>
typealias Script = @Sendable (PeerConnection) throws -> Void

/// A peer that violates the protocol in one way, and the outcome that the caller must observe.
struct Fault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let script: Script
  let isExpected: @Sendable (Outcome) -> Bool

  init(_ name: String, _ isExpected: @escaping @Sendable (Outcome) -> Bool, _ script: @escaping Script) {
    testDescription = name
    self.script = script
    self.isExpected = isExpected
  }
}

/// The bytes of a response, and the outcome that the caller must observe.
struct Reply: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: @Sendable (Int32) -> [UInt8]
  let isExpected: @Sendable (Outcome) -> Bool

  init(
    _ name: String, _ isExpected: @escaping @Sendable (Outcome) -> Bool,
    _ bytes: @escaping @Sendable (Int32) -> [UInt8]
  ) {
    testDescription = name
    self.bytes = bytes
    self.isExpected = isExpected
  }
}

/// Calls a scripted peer once.
func outcome(timeout: Duration? = .seconds(30), of script: @escaping Script) async throws -> Outcome {
  let peer = try ScriptedPeer(script)
  let channel = Channel(path: peer.path)
  let outcome = await call(channel, timeout: timeout)
  channel.close()
  try await peer.finished()
  return outcome
}

/// Calls a scripted peer twice on one connection. The first response is `bytes`, and the second one is valid.
func outcomes(of bytes: @escaping @Sendable (Int32) -> [UInt8], limit: Int = 64 << 20) async throws
  -> (first: Outcome, second: Outcome, connections: Int)
{
  let peer = try ScriptedPeer { client in
    try client.send(bytes(try client.request().stream))
    try client.send(Frame.response(try client.request().stream, [42]))
    try client.waitForDisconnect()
  }
  let channel = Channel(path: peer.path, maxMessageSize: limit)
  let first = await call(channel)
  let second = await call(channel)
  channel.close()
  try await peer.finished()
  return (first, second, peer.clients)
}

func call(_ channel: Channel, _ message: [UInt8] = [1, 2, 3], timeout: Duration? = .seconds(30)) async
  -> Outcome
{
  do throws(RPCError) {
    return .success(try await channel.unary(method, message, options: Channel.Options(timeout: timeout)))
  } catch {
    return .failure(error)
  }
}

extension Outcome {
  var error: RPCError? { if case .failure(let error) = self { error } else { nil } }

  func isSuccess(_ bytes: [UInt8]) -> Bool {
    if case .success(let reply) = self { Bytes.same(reply, bytes) } else { false }
  }

  func isUndecodable(_ text: String = "") -> Bool {
    guard case .undecodable(method, let reason) = error?.cause else { return false }
    return text.isEmpty || reason.contains(text)
  }

  func isLost(_ text: String = "") -> Bool {
    guard case .connectionLost(method, let reason) = error?.cause else { return false }
    return text.isEmpty || reason.contains(text)
  }

  func isNotGRPC(_ text: String = "") -> Bool {
    guard case .notGRPC(_, let reason) = error?.cause else { return false }
    return text.isEmpty || reason.contains(text)
  }

  func isStatus(_ code: StatusCode, _ message: String? = nil) -> Bool {
    guard case .status(let status) = error?.cause else { return false }
    return status.code == code && status.method == method && (message == nil || status.message == message)
  }
}
