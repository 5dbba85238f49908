import CRIGRPC
import CRIJSON
import CRISimulator
import CRIText
import Foundation
import TestSupport
import Testing

enum Peer {
  static let python = "/usr/bin/python3"

  static func isInstalled() async throws -> Bool {
    guard FileManager.default.isExecutableFile(atPath: python) else { return false }
    return try await Tool.run(python, "-c", "import grpc").code == 0
  }
}

/// Tests the simulated runtime against an independent client, grpcio (Tools/grpcio-peer).
@Suite(.enabled("python3-grpcio is not installed") { try await Peer.isInstalled() })
struct PeerTests {
  /// Makes calls with the independent client, and returns one document for each call.
  private func callPeer(_ served: ServedRuntime, _ arguments: [String]) async throws -> [JSON] {
    let script = "\(Tool.root)/Tools/grpcio-peer/client.py"
    let (code, output, errors) = try await Tool(Peer.python, [script, served.path] + arguments).end()
    #expect(code == 0, "\(errors)")
    return try output.split(separator: "\n").map { try JSON.parse(String($0)) }
  }

  @Test(arguments: Recording.runtimes)
  func `an independent client receives every recorded response`(runtime: String) async throws {
    let served = try ServedRuntime(.recording(Recording.path(runtime, .before)))
    let calls = try Recording(runtime, .before).calls
    let results = try await callPeer(served, calls.map { "\($0.method)=\(Base64.encode($0.request))" })
    #expect(results.count == calls.count)
    for (call, result) in zip(calls, results) {
      var reply = call
      let name = try #require(result["code"]?.stringValue)
      reply.code = try #require(StatusCode.all.first { $0.description == name })
      reply.message = result["message"]?.stringValue ?? ""
      reply.response = Base64.decode(result["responses"]?[0]?.stringValue ?? "") ?? []
      #expect(try Reply(reply) == Reply(call), "\(call.name)")
    }
  }

  @Test func `an independent client receives a long list`() async throws {
    let served = try ServedRuntime(.synthetic(pods: 100, containers: 2000))
    let results = try await callPeer(served, ["ListContainers", "StreamContainers", "--sizes"])
    #expect(results.map { $0["code"] } == ["OK", "OK"])
    let list = try #require(results[0]["responses"]?[0]?.intValue)
    let parts = (results[1]["responses"]?.arrayValue ?? []).compactMap(\.intValue)
    #expect(list > 1_400_000)
    #expect(parts.count == 8)
    #expect(parts.reduce(0, +) == list)
  }
}
