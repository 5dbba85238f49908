public import CRIGRPC

/// The outcome of one call, for an observer of a client. It does not contain the request or the response.
public struct CallReport: Sendable {
  /// The path of the method, such as `/runtime.v1.RuntimeService/ListContainers`.
  public let method: String
  /// The time from the call to its response, including the time to connect; nil for a stream, which has only been
  /// opened.
  public let duration: Duration?
  /// The size of the response in bytes; nil for a call without a response.
  public let size: Int?
  /// Why the call failed; nil if it succeeded.
  public let error: RPCError?
}
