/// What a runtime answered instead of a result.
public struct RPCStatus: Hashable, Sendable {
  /// The code from `grpc-status`; numbers that gRPC does not know count as `.unknown`.
  public var code: StatusCode
  /// The runtime's own words from `grpc-message`, percent-decoded. They may hold any character.
  public var message: String
  /// The method that was called, such as `/runtime.v1.RuntimeService/Version`.
  public var method: String

  public init(code: StatusCode, message: String, method: String) {
    self.code = code
    self.message = message
    self.method = method
  }
}
