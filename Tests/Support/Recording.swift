package import CRIProtobuf
import CRIJSON
import Foundation

/// What a real runtime answered to the calls of a snapshot, before or after its restart.
package struct Recording: Sendable {
  package enum Moment: String, Sendable { case before, after }

  /// The runtimes that were recorded. Only the first loses addresses (containerd#7843).
  package static let runtimes = ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4", "cri-o-1.37"]

  package struct Call: Sendable {
    /// Such as `/runtime.v1.RuntimeService/Version`.
    package let method: String
    package let request: [UInt8]
    package let response: [UInt8]
  }

  package let calls: [Call]

  package init(_ runtime: String, _ moment: Moment) throws {
    let file = Self.file(runtime, moment)
    calls = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let call = try JSON.parse(String(line))
      func bytes(_ key: String) throws -> [UInt8] {
        guard let text = call[key]?.stringValue, let data = Data(base64Encoded: text) else {
          throw RecordingError(reason: "\(file.lastPathComponent): no \(key)")
        }
        return Array(data)
      }
      return Call(
        method: call["method"]?.stringValue ?? "", request: try bytes("request"),
        response: try bytes("response"))
    }
  }

  /// The file, for the simulated runtime to serve. Those from before also hold what a look before the change asks.
  package static func path(_ runtime: String, _ moment: Moment) -> String { file(runtime, moment).path }

  private static func file(_ runtime: String, _ moment: Moment) -> URL {
    Bundle.module.bundleURL.appending(path: "Recordings/\(runtime)-\(moment).jsonl")
  }

  /// The answers to one method, each with the request that it answers.
  package func answers<Request: CMessage, Response: CMessage>(
    to method: Method<Request, Response>
  ) throws -> [(request: Request, response: Response)] {
    try calls.filter { $0.method == method.path(.v1) }.map {
      (try Request.decode($0.request), try Response.decode($0.response))
    }
  }
}

package struct RecordingError: Error {
  package let reason: String
}
