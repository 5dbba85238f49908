public import CRIGRPC

extension RPCError {
  /// The runtime serves no such service: it is too old for this version of the interface, or its CRI plugin is disabled
  /// or failed to load. gRPC has one code for this and for a method that is missing from a known service, so that the
  /// words decide (grpc-go: `unknown service NAME`, `unknown method NAME for service NAME`).
  public var isUnknownService: Bool {
    guard case .status(let status) = self, status.code == .unimplemented else { return false }
    return status.message.hasPrefix("unknown service")
  }

  /// The runtime knows the service, but not this method of it.
  public var isUnknownMethod: Bool {
    guard case .status(let status) = self, status.code == .unimplemented else { return false }
    return !isUnknownService
  }

  /// The same in grpc-go's words, which it never uses where the service is missing.
  var namesUnknownMethod: Bool {
    guard case .status(let status) = self, status.code == .unimplemented else { return false }
    return status.message.hasPrefix("unknown method")
  }

  /// The runtime accepts connections and has not recovered its state yet. containerd answers every call of both versions
  /// so while it starts, with UNKNOWN up to 1.7 and UNAVAILABLE from 2.0.
  public var isNotInitialized: Bool {
    guard case .status(let status) = self, status.code == .unknown || status.code == .unavailable else {
      return false
    }
    return status.message.hasPrefix("server is not initialized yet")
  }

  /// There is no object of that name: NOT_FOUND.
  public var isNotFound: Bool { statusCode == .notFound && !isAmbiguous }

  /// More than one object has an ID that begins so. No code of gRPC's says that: containerd answers UNKNOWN and CRI-O
  /// NOT_FOUND, both with the words of the library in which they keep IDs (truncindex).
  public var isAmbiguous: Bool {
    guard case .status(let status) = self else { return false }
    return status.message.contains("Multiple IDs found with provided prefix")
  }

  /// The service itself has answered, so that its version is known to be served.
  var provesService: Bool { statusCode != nil && !isUnknownService }
}
