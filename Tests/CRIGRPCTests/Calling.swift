import CRIGRPC
import CRISystem
import TestSupport
import Testing

/// What the tests call; peers that follow a script do not look at it.
let method = "/runtime.v1.RuntimeService/Version"

typealias Outcome = Result<[UInt8], RPCError>
typealias Script = @Sendable (PeerConnection) throws -> Void

/// A peer that does one thing wrong, and what the caller must be told.
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

/// Bytes that answer a call, and what the caller must make of them.
struct Answer: Sendable, CustomTestStringConvertible {
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

/// Calls a peer once.
func outcome(timeout: Duration? = .seconds(30), of script: @escaping Script) async throws -> Outcome {
  let peer = try ScriptedPeer(script)
  let channel = Channel(path: peer.path)
  let outcome = await call(channel, timeout: timeout)
  channel.close()
  try await peer.finished()
  return outcome
}

/// Calls a peer twice on one connection: the first call is answered with `bytes`, the second as it should be.
func outcomes(of bytes: @escaping @Sendable (Int32) -> [UInt8], limit: Int = 64 << 20) async throws
  -> (first: Outcome, second: Outcome, connections: Int)
{
  let peer = try ScriptedPeer { client in
    try client.send(bytes(try client.request().stream))
    try client.send(Frame.answer(try client.request().stream, [42]))
    try client.hold()
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
    return .success(try await channel.unary(method, message, options: CallOptions(timeout: timeout)))
  } catch {
    return .failure(error)
  }
}

extension Outcome {
  var error: RPCError? { if case .failure(let error) = self { error } else { nil } }

  func isSuccess(_ bytes: [UInt8]) -> Bool {
    if case .success(let answer) = self { Bytes.same(answer, bytes) } else { false }
  }

  func isUndecodable(_ words: String = "") -> Bool {
    guard case .failure(.undecodable(method, let reason)) = self else { return false }
    return words.isEmpty || reason.contains(words)
  }

  func isLost(_ words: String = "") -> Bool {
    guard case .failure(.connectionLost(method, let reason)) = self else { return false }
    return words.isEmpty || reason.contains(words)
  }

  func isNotGRPC(_ words: String = "") -> Bool {
    guard case .failure(.notGRPC(_, let reason)) = self else { return false }
    return words.isEmpty || reason.contains(words)
  }

  func isStatus(_ code: StatusCode, _ message: String? = nil) -> Bool {
    guard case .failure(.status(let status)) = self else { return false }
    return status.code == code && status.method == method && (message == nil || status.message == message)
  }
}
