package import CRIGRPC

extension RPCError {
  /// The gRPC status of a failed call. For failures that the runtime has not reported, it is the status that a grpc-go client
  /// would report.
  package var traceStatus: StatusCode {
    switch cause {
    case .status(let status): status.code
    case .cannotConnect, .connectionLost, .notResponding, .notGRPC: .unavailable
    case .deadlineExceeded: .deadlineExceeded
    case .cancelled: .cancelled
    case .responseTooLarge, .responseOverLimit: .resourceExhausted
    case .undecodable, .invalidMetadata: .internal
    case .noEvents: .unknown
    }
  }

  /// The explanation of the failure, without the name of the method if the runtime has reported it.
  package var traceMessage: String { status?.message ?? description }
}
