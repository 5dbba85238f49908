internal import CRIHTTP2

/// How a server that takes a long time to respond shows that it is alive.
///
/// While the call is open, the server must acknowledge HTTP/2 frames that the client sends for this purpose: a PING
/// with the call, then an empty SETTINGS frame from time to time. A process that is stopped, or that only accepts
/// connections, acknowledges nothing, and the call fails with `RPCError.notResponding`. A server that is merely slow
/// acknowledges them.
public struct KeepAlive: Hashable, Sendable {
  /// The time from the call to the first acknowledgement, including the time to connect.
  public var first: Duration
  /// The time from each later frame to its acknowledgement.
  public var later: Duration
  /// The time from an acknowledgement to the next frame.
  public var interval: Duration

  /// Creates a value with the given properties; their documentation gives the units.
  public init(first: Duration = .seconds(30), later: Duration = .seconds(30), interval: Duration = .seconds(10)) {
    self.first = first
    self.later = later
    self.interval = interval
  }

  var limits: Heartbeat.Limits { Heartbeat.Limits(first: first, later: later, interval: interval) }
}
