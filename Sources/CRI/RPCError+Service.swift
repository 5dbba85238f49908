public import CRIGRPC

extension RPCError {
  /// Whether the runtime does not serve the service, because it does not implement this version of the CRI, or because
  /// its CRI plugin is disabled or failed to load. gRPC uses the same code (UNIMPLEMENTED) for a method that is missing
  /// from a service, so only the message distinguishes the two (grpc-go: `unknown service NAME`, `unknown method NAME
  /// for service NAME`).
  public var isUnknownService: Bool {
    guard case .status(let status) = cause, status.code == .unimplemented else { return false }
    return status.message.hasPrefix("unknown service")
  }

  /// Whether the runtime serves the service but not this method.
  public var isUnknownMethod: Bool {
    guard case .status(let status) = cause, status.code == .unimplemented else { return false }
    return !isUnknownService
  }

  /// Whether the error is the one that grpc-go returns for an unknown method, which proves that the service is served.
  var isGoUnknownMethod: Bool {
    guard case .status(let status) = cause, status.code == .unimplemented else { return false }
    return status.message.hasPrefix("unknown method")
  }

  /// Whether the runtime accepts connections but has not recovered its state yet. While containerd starts, it returns
  /// this error for every call in both versions, with UNKNOWN up to 1.7 and UNAVAILABLE from 2.0.
  public var isNotInitialized: Bool {
    guard case .status(let status) = cause, status.code == .unknown || status.code == .unavailable else {
      return false
    }
    return status.message.hasPrefix("server is not initialized yet")
  }

  /// Whether the object does not exist (NOT_FOUND). CRI-O returns UNKNOWN from Exec, Attach and ReopenContainerLog, with
  /// the message of the library that stores the IDs (truncindex).
  public var isNotFound: Bool {
    guard case .status(let status) = cause, !isAmbiguous else { return false }
    return status.code == .notFound || status.code == .unknown && status.message.hasSuffix("ID does not exist")
  }

  /// Whether several IDs begin with the given prefix. gRPC has no code for this: containerd returns UNKNOWN and CRI-O
  /// NOT_FOUND, both with the message of the library that stores the IDs (truncindex).
  public var isAmbiguous: Bool {
    guard case .status(let status) = cause else { return false }
    return status.message.contains("Multiple IDs found with provided prefix")
  }

  /// Whether the error comes from the service itself, which proves that the runtime serves this version of the CRI.
  var provesServiceExists: Bool { statusCode != nil && !isUnknownService }
}
