import CRIJSON
import TestSupport

/// Runs independent Python implementations of the streaming protocols (Tools/streaming-peer).
enum PythonPeer {
  private static let python = "/usr/bin/python3"

  /// The tests always run in CI, so that a missing module makes them fail.
  static let hasWebSocket =
    ProcessFacts.environment("CI") != nil || TestFile.exists("/usr/lib/python3/dist-packages/wsproto/__init__.py")

  /// Runs a script on a file with this content.
  /// - Returns: The lines of its output.
  static func run(_ script: String, _ verb: String, _ text: String) async throws -> [String] {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/input"
    try TestFile.write(text, to: file)
    let process = try SpawnedProcess([python, "\(GRPCIO.root)/Tools/streaming-peer/\(script)", verb, file])
    let (code, output) = await process.end()
    guard code == 0 else { throw PeerFailure.timedOut(waitingFor: "\(script): exit \(code ?? -1)") }
    return output.split(separator: "\n").map(String.init)
  }
}

extension [UInt8] {
  var hex: String {
    reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
  }
}
