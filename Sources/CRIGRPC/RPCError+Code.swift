extension RPCError {
  /// The kind of failure. The type is open: a later version may define more codes, so a `switch` over it needs a
  /// `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code, such as `cannotConnect`.
    public let description: String

    private init(_ name: String) { description = name }

    /// The connection could not be established: the path does not exist, is not a socket or cannot be accessed, or no
    /// process listens on it. Properties: `socketPath`, and `errno`, which distinguishes these cases.
    public static let cannotConnect = Code("cannotConnect")
    /// The server at the path does not speak gRPC over HTTP/2. Properties: `socketPath`, `reason`.
    public static let notGRPC = Code("notGRPC")
    /// The runtime returned an error status. Properties: `method`, `status`, `statusCode`.
    public static let status = Code("status")
    /// The call did not complete within its timeout. The runtime may or may not have executed it. Properties: `method`,
    /// `timeout`.
    public static let deadlineExceeded = Code("deadlineExceeded")
    /// The server acknowledged no HTTP/2 frame for some time (see `KeepAlive`). The runtime may or may not have
    /// executed the call. Properties: `method`, `timeout`.
    public static let notResponding = Code("notResponding")
    /// The calling task was cancelled. The runtime was notified with RST_STREAM. Properties: `method`.
    public static let cancelled = Code("cancelled")
    /// The connection ended during the call. The runtime may or may not have executed it. Properties: `method`,
    /// `reason`.
    public static let connectionLost = Code("connectionLost")
    /// A response message is larger than the client's limit. Properties: `method`, `size` and `limit`, both in bytes.
    public static let responseTooLarge = Code("responseTooLarge")
    /// The response would take more memory or time than its size justifies; no part of it was kept. Properties:
    /// `method`, `excess`, `size`, `limit`.
    public static let responseOverLimit = Code("responseOverLimit")
    /// The response violates gRPC's framing or is not a valid message of the expected type. Properties: `method`,
    /// `reason`.
    public static let undecodable = Code("undecodable")
    /// The metadata in the options of the call is not valid; the call was not made. Properties: `method`, `reason`.
    public static let invalidMetadata = Code("invalidMetadata")
    /// The runtime ends each stream of events immediately and without an error, as CRI-O does unless its configuration
    /// has `enable_pod_events`. Properties: `method`.
    public static let noEvents = Code("noEvents")
  }
}
