public import CRISystem

/// Why a call failed: a code for the kind of failure, and its details as typed values, so that no caller needs to parse
/// a message.
///
/// Each property is nil if it does not apply to the kind of failure; `Code` documents which ones do. The type is open:
/// a later version may define more codes and more properties.
public struct RPCError: Error, Hashable, Sendable {
  private let failure: Cause

  /// The failure with its details, for exhaustive switches inside this package.
  ///
  /// Swift 6.3's optimizer crashes on a typed throw if it can see through this property in a catch block.
  package var cause: Cause { @inline(never) get { failure } }

  init(_ cause: Cause) { failure = cause }

  /// The kind of failure.
  public var code: Code { cause.code }

  /// The path of the method, such as `/runtime.v1.RuntimeService/Version`; nil if the connection itself failed. A PING
  /// has the method `PING`.
  public var method: String? {
    switch cause {
    case .cannotConnect, .notGRPC: nil
    case .status(let status): status.method
    case .deadlineExceeded(let method, _), .notResponding(let method, _), .cancelled(let method),
      .connectionLost(let method, _), .responseTooLarge(let method, _, _), .responseOverLimit(let method, _),
      .undecodable(let method, _), .invalidMetadata(let method, _), .noEvents(let method):
      method
    }
  }

  /// The path of the socket, for `.cannotConnect` and `.notGRPC`.
  public var socketPath: String? {
    switch cause {
    case .cannotConnect(let path, _), .notGRPC(let path, _): path
    default: nil
    }
  }

  /// The kernel's error number, for `.cannotConnect`.
  public var errno: Errno? { if case .cannotConnect(_, let errno) = cause { errno } else { nil } }

  /// The status that the runtime returned, for `.status`.
  public var status: RPCStatus? { if case .status(let status) = cause { status } else { nil } }

  /// The status code that the runtime returned, for `.status`.
  public var statusCode: StatusCode? { status?.code }

  /// An explanation in one line, for `.notGRPC`, `.connectionLost`, `.undecodable` and `.invalidMetadata`. It is not
  /// meant to be parsed.
  public var reason: String? {
    switch cause {
    case .notGRPC(_, let reason), .connectionLost(_, let reason), .undecodable(_, let reason),
      .invalidMetadata(_, let reason):
      reason
    default: nil
    }
  }

  /// The time that has elapsed: the timeout of the call for `.deadlineExceeded` (nil if unknown), and the time without
  /// an acknowledgement for `.notResponding`.
  public var timeout: Duration? {
    switch cause {
    case .deadlineExceeded(_, let timeout): timeout
    case .notResponding(_, let time): time
    default: nil
    }
  }

  /// The size of the response in bytes, for `.responseTooLarge` and `.responseOverLimit`.
  public var size: Int? {
    switch cause {
    case .responseTooLarge(_, let size, _): size
    case .responseOverLimit(_, let excess): excess.size
    default: nil
    }
  }

  /// The limit that the response exceeds: in bytes for `.responseTooLarge`, and in the unit of `excess` for
  /// `.responseOverLimit`.
  public var limit: Int? {
    switch cause {
    case .responseTooLarge(_, _, let limit): limit
    case .responseOverLimit(_, let excess): excess.allowed
    default: nil
    }
  }

  /// Which limit the response exceeds and by how much, for `.responseOverLimit`.
  public var excess: ResponseExcess? { if case .responseOverLimit(_, let excess) = cause { excess } else { nil } }
}
