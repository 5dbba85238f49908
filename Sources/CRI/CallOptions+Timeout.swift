extension CallOptions {
  /// When a call fails with `.deadlineExceeded`.
  public struct Timeout: Hashable, Sendable {
    enum Kind: Hashable { case usual, never, after(Duration) }

    let kind: Kind

    /// The client's timeout (`Client.Options.timeout`), whose effect depends on the call:
    ///
    /// - A unary call must complete within the client's timeout, including the time to connect.
    /// - `StopContainer` and `ExecSync` must complete within the timeout in their request plus the client's.
    /// - `PullImage` has no time limit as long as the runtime shows that it is alive (`Client.Options.keepAlive`),
    ///   because an image can have any size. It fails if the connection is not established in time, or if the runtime
    ///   stops responding.
    /// - A stream must deliver its first response within the client's timeout. It can then last indefinitely.
    /// - `GetContainerEvents` has no time limit even for its first response, because a node can be idle. The runtime
    ///   must show that it is alive, as for `PullImage`.
    public static let `default` = Timeout(kind: .usual)

    /// No time limit. Unless `Client.Options.keepAlive` is nil, the runtime must still show that it is alive.
    public static let none = Timeout(kind: .never)

    /// The time in which the whole call must complete, including the time to connect and, for a stream, its last
    /// response.
    public static func after(_ time: Duration) -> Timeout { Timeout(kind: .after(time)) }

    /// The number of seconds in which the whole call must complete.
    public static func seconds(_ count: Int) -> Timeout { after(.seconds(count)) }

    /// The number of milliseconds in which the whole call must complete.
    public static func milliseconds(_ count: Int) -> Timeout { after(.milliseconds(count)) }
  }
}
