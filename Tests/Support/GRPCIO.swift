/// gRPC for Python from Debian: an independent implementation to test against (Tools/grpcio-peer).
package enum GRPCIO {
  private static let python = "/usr/bin/python3"
  private static let tools = "\(root)/Tools/grpcio-peer"

  /// The root directory of the package.
  package static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  /// Whether the tests run. They always run in CI, so that a missing installation makes them fail.
  package static let mayRun = ProcessFacts.environment("CI") != nil || isInstalled

  private static let isInstalled = TestFile.exists("/usr/lib/python3/dist-packages/grpc/__init__.py")

  /// Starts server.py and waits until it listens.
  package static func serve(at path: String, _ options: [String]) async throws -> SpawnedProcess {
    let server = try SpawnedProcess([python, "\(tools)/server.py", path] + options + ["--until-eof"])
    guard let line = await server.line(), line.contains("ready") else {
      throw PeerFailure.timedOut(waitingFor: "server.py")
    }
    return server
  }

  /// Runs client.py and waits until it exits.
  /// - Returns: The JSON lines that it prints, one for each call.
  package static func call(_ path: String, _ arguments: [String]) async throws -> [String] {
    let client = try SpawnedProcess([python, "\(tools)/client.py", path] + arguments)
    let (code, text) = await client.end()
    guard code == 0 else { throw PeerFailure.timedOut(waitingFor: "client.py: exit \(code ?? -1)") }
    return text.split(separator: "\n").map(String.init)
  }
}
