public import CRIGRPC

/// What one call came to, for who watches a client: nothing of what was asked or answered is in it.
public struct CallReport: Sendable {
  /// The method's full path, such as `/runtime.v1.RuntimeService/ListContainers`.
  public let method: String
  /// From the call to its answer, connecting included; nil for a stream that was opened.
  public let duration: Duration?
  /// The answer's size in bytes; nil where there is none.
  public let size: Int?
  public let error: RPCError?
}
