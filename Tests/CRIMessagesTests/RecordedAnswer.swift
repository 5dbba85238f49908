import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

/// An answer of a real runtime, and what it is.
struct RecordedAnswer: CustomTestStringConvertible {
  let runtime: String
  let call: Recording.Call
  let method: AnyMethod

  var request: [UInt8] { call.request }
  var response: [UInt8] { call.response }
  var testDescription: String { "\(runtime) \(call.name) (\(response.count) bytes)" }

  /// All but errors and what is asked of containerd itself.
  static func all(_ runtime: String, _ moment: Recording.Moment = .after) throws -> [RecordedAnswer] {
    try Recording(runtime, moment).calls.filter { $0.isAnswered && $0.method.hasPrefix("/runtime.v1.") }.map { call in
      let method = try #require(AnyMethod.all.first { $0.path(.v1) == call.method })
      return RecordedAnswer(runtime: runtime, call: call, method: method)
    }
  }
}
