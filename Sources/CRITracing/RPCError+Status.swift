package import CRIGRPC

extension RPCError {
  /// The gRPC status of a failed call; that of grpc-go's client for failures that the runtime has not reported.
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
