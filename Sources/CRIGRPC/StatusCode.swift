/// The status code with which a runtime ended a call, with gRPC's numbers ("Status codes and their use in gRPC").
///
/// The type is open: a later version may define more codes, so a `switch` over it needs a `default`.
public struct StatusCode: RawRepresentable, Hashable, Sendable {
  /// The number in `grpc-status`, from 0 to 16.
  public let rawValue: Int

  /// Returns the code with the given number.
  /// - Returns: nil if gRPC defines no code with this number.
  public init?(rawValue: Int) {
    guard Self.names.indices.contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(_ rawValue: Int) { self.rawValue = rawValue }

  /// 0: the call succeeded.
  public static let ok = StatusCode(0)
  /// 1: the call was cancelled, in most cases by the caller.
  public static let cancelled = StatusCode(1)
  /// 2: the runtime did not classify the error. containerd uses this code for many errors.
  public static let unknown = StatusCode(2)
  /// 3: the request is not valid, regardless of the state of the runtime.
  public static let invalidArgument = StatusCode(3)
  /// 4: the runtime did not complete the call in time.
  public static let deadlineExceeded = StatusCode(4)
  /// 5: the object does not exist.
  public static let notFound = StatusCode(5)
  /// 6: the object to create already exists.
  public static let alreadyExists = StatusCode(6)
  /// 7: the caller is not allowed to make the call.
  public static let permissionDenied = StatusCode(7)
  /// 8: a resource is exhausted, such as disk space; grpc-go also uses it for a message that is too large.
  public static let resourceExhausted = StatusCode(8)
  /// 9: the object is not in the state that the call requires.
  public static let failedPrecondition = StatusCode(9)
  /// 10: the call conflicts with another one.
  public static let aborted = StatusCode(10)
  /// 11: a value lies outside its valid range.
  public static let outOfRange = StatusCode(11)
  /// 12: the runtime does not implement the method or the service.
  public static let unimplemented = StatusCode(12)
  /// 13: the runtime has detected an internal error.
  public static let `internal` = StatusCode(13)
  /// 14: the runtime cannot serve the call now; a later attempt may succeed.
  public static let unavailable = StatusCode(14)
  /// 15: data is lost or corrupted.
  public static let dataLoss = StatusCode(15)
  /// 16: the caller has not authenticated itself.
  public static let unauthenticated = StatusCode(16)

  /// The codes that gRPC defines, in the order of their numbers.
  package static let all = names.indices.map { StatusCode($0) }

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
}

extension StatusCode: CustomStringConvertible {
  /// The name of the code in gRPC's documentation, such as `NOT_FOUND`.
  public var description: String { Self.names[rawValue] }
}
