/// The error status that a runtime returned.
public struct RPCStatus: Hashable, Sendable {
  /// The code from `grpc-status`. Numbers that gRPC does not define become `.unknown`.
  public var code: StatusCode
  /// The runtime's message from `grpc-message`, percent-decoded. It can contain any character.
  public var message: String
  /// The path of the method, such as `/runtime.v1.RuntimeService/Version`.
  public var method: String

  /// Creates a status.
  public init(code: StatusCode, message: String, method: String) {
    self.code = code
    self.message = message
    self.method = method
  }
}
