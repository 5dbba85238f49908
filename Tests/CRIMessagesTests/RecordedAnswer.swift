import CRIJSON
import CRIMessages
import CRIProtobuf
import Foundation
import Testing

/// One call to a real runtime, and its answer.
struct RecordedAnswer: CustomTestStringConvertible {
  static let runtimes = ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4", "cri-o-1.37"]

  let runtime: String
  let path: String
  let request: [UInt8]
  let response: [UInt8]

  var testDescription: String { "\(runtime) \(path) (\(response.count) bytes)" }

  var method: AnyMethod? { AnyMethod.all.first { $0.path(.v1) == path } }

  static func all(_ runtime: String) throws -> [RecordedAnswer] {
    try text("Recordings/\(runtime).jsonl").split(separator: "\n").map { line in
      let call = try JSON.parse(String(line))
      func bytes(_ key: String) throws -> [UInt8] {
        let text = try #require(call[key]?.stringValue)
        return Array(try #require(Data(base64Encoded: text)))
      }
      return RecordedAnswer(
        runtime: runtime, path: try #require(call["method"]?.stringValue), request: try bytes("request"),
        response: try bytes("response"))
    }
  }

  /// A file beside the tests.
  static func text(_ name: String) throws -> String {
    try String(contentsOf: Bundle.module.bundleURL.appending(path: name), encoding: .utf8)
  }
}
