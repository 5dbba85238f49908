extension RPCError: CustomStringConvertible {
  /// One line without a remedy. It contains the runtime's message unchanged, with any characters that the runtime sent.
  public var description: String {
    switch cause {
    case .cannotConnect(let path, let errno): "cannot connect to \(path): \(errno)"
    case .notGRPC(let path, let reason): "\(path) is not a gRPC server: \(reason)"
    case .status(let status): "\(name(status.method)): \(status.code): \(status.message)"
    case .deadlineExceeded(let method, _): "\(name(method)): timed out waiting for the response"
    case .notResponding(let method, let time):
      "\(name(method)): the server has stopped responding: it acknowledged nothing for \(time)"
    case .cancelled(let method): "\(name(method)): cancelled"
    case .connectionLost(let method, let reason): "\(name(method)): connection lost: \(reason)"
    case .responseTooLarge(let method, let size, let limit):
      "\(name(method)): the response has \(size) bytes; the limit is \(limit)"
    case .responseOverLimit(let method, let excess): "\(name(method)): the response exceeds a limit: \(excess)"
    case .undecodable(let method, let reason): "\(name(method)): invalid response: \(reason)"
    case .invalidMetadata(let method, let reason): "\(name(method)): invalid metadata: \(reason)"
    case .noEvents(let method): "\(name(method)): the runtime ends each stream of events immediately"
    }
  }

  /// The name of the method: the last component of its path.
  private func name(_ method: String) -> Substring {
    method.split(separator: "/").last ?? Substring(method)
  }
}
