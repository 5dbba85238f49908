extension SPDYSession {
  /// Creates the client's end of a session.
  /// - Parameter buffer: The maximum number of received bytes to buffer until they are read.
  static func client(buffer: Int) throws(StreamingFailure) -> SPDYSession {
    do throws(SPDYFailure) {
      return try SPDYSession(role: .client, limits: .client(buffer: buffer))
    } catch { throw .spdy(error) }
  }
}

extension SPDYLimits {
  /// The default limits with a different buffer size.
  static func client(buffer: Int) -> SPDYLimits {
    var limits = SPDYLimits()
    limits.buffer = buffer
    return limits
  }
}
