import CRIMessages
import TestSupport
import Testing

/// A recorded call to a real runtime, with its method.
struct RecordedExchange: CustomTestStringConvertible {
  let runtime: String
  let call: Recording.Call
  let method: AnyMethod

  var request: [UInt8] { call.request }
  var response: [UInt8] { call.response }
  var testDescription: String { "\(runtime) \(call.name) (\(response.count) bytes)" }

  /// Returns all successful CRI calls, without the calls to containerd's own API.
  static func all(_ runtime: String, _ moment: Recording.Moment = .after) throws -> [RecordedExchange] {
    try Recording(runtime, moment).calls.filter { $0.hasSucceeded && $0.method.hasPrefix("/runtime.v1.") }.map { call in
      let method = try #require(AnyMethod.all.first { $0.path(.v1) == call.method })
      return RecordedExchange(runtime: runtime, call: call, method: method)
    }
  }
}
