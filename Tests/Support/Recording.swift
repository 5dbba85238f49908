package import CRIGRPC
import CRIJSON
package import CRIMessages
package import CRIProtobuf
internal import CRIText
import Foundation

/// The responses of a real runtime to the calls for a snapshot and to some others, before or after its restart.
package struct Recording: Sendable {
  package enum Moment: String, Sendable { case before, after }

  /// The recorded runtimes. Only the first one loses addresses (containerd#7843).
  package static let runtimes = ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4", "cri-o-1.37"]

  package struct Call: Sendable {
    /// The path of the method, such as `/runtime.v1.RuntimeService/Version`.
    package let method: String
    package let request: [UInt8]
    /// The encoded response; empty if the call failed.
    package var response: [UInt8]
    package var code: StatusCode
    /// The error message; empty if the call succeeded.
    package var message: String

    package var hasSucceeded: Bool { code == .ok }

    /// The name of the method without its service.
    package var name: String { method.split(separator: "/").last.map(String.init) ?? "" }
  }

  package let calls: [Call]

  package init(_ runtime: String, _ moment: Moment) throws {
    let path = Self.path(runtime, moment)
    calls = try Self.lines(path).map { line in
      let call = try JSON.parse(line)
      func bytes(_ key: String) throws -> [UInt8] {
        guard let bytes = call[key]?.stringValue.flatMap(Base64.decode) else {
          throw RecordingError(reason: "\(path): no \(key)")
        }
        return bytes
      }
      guard let method = call["method"]?.stringValue,
        let code = call["code"]?.intValue.flatMap({ StatusCode(rawValue: Int($0)) })
      else { throw RecordingError(reason: "\(path): no method or no code") }
      return Call(
        method: method, request: try bytes("request"), response: try bytes("response"), code: code,
        message: call["message"]?.stringValue ?? "")
    }
  }

  /// The path of the recording, which the simulated runtime can serve.
  package static func path(_ runtime: String, _ moment: Moment) -> String {
    path("\(runtime)/\(moment)-restart.jsonl")
  }

  /// The path of a file in `Recordings`.
  package static func path(_ name: String) -> String {
    Bundle.module.bundleURL.appending(path: "Recordings/\(name)").path
  }

  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  static func lines(_ path: String) throws -> [String] { try text(path).split(separator: "\n").map(String.init) }

  /// Returns one method's recorded requests and responses.
  package func replies<Request: CMessage, Response: CMessage>(
    to method: Method<Request, Response>
  ) throws -> [(request: Request, response: Response)] {
    try calls.filter { $0.method == method.path(.v1) && $0.hasSucceeded }.map {
      (try Request.decode($0.request), try Response.decode($0.response))
    }
  }
}

package struct RecordingError: Error {
  package let reason: String
}
