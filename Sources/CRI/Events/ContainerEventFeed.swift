public import CRIGRPC
public import CRIMessages

/// A feed of pod and container events that survives a restart of the runtime.
///
/// The loop over the feed opens the event stream and reads the runtime's lists. If the runtime goes away, the feed
/// waits for it, without a time limit, reads the lists again, and derives events from the difference:
///
/// ```swift
/// for try await element in client.runtime.events() {
///   if let event = element.event { print(event.containerEventType, event.containerID) }
/// }
/// ```
///
/// The feed ends only by throwing an error: if the task is cancelled, or if the runtime cannot be reached at first,
/// does not implement `GetContainerEvents` (containerd up to 1.6), ends each stream immediately (CRI-O without
/// `enable_pod_events`), or returns an error that is not temporary. Leaving the loop closes the stream.
public struct ContainerEventFeed: AsyncSequence, Sendable {
  /// The error that a loop over the feed throws.
  public typealias Failure = RPCError

  /// What the feed reports. No cases will be added, so a `switch` needs no `default`.
  public enum Element: Hashable, Sendable {
    /// An event from the runtime.
    case event(ContainerEventResponse)
    /// An event that the feed derives from the lists after an interruption. `createdAt` is the time at which the
    /// difference was found.
    case derived(ContainerEventResponse)
    /// The stream has ended, and the feed waits for the runtime. The error is nil if the runtime ended the stream
    /// without an error. Events that cancel each other out may be missed from now on.
    case interrupted(RPCError?)
    /// The runtime is responding again. The given number of derived events follow.
    case resumed(derivedCount: Int)

    /// The event, whether the runtime sent it or the feed derived it; nil for the other cases.
    public var event: ContainerEventResponse? {
      switch self {
      case .event(let event), .derived(let event): event
      case .interrupted, .resumed: nil
      }
    }
  }

  private let runtime: RuntimeService

  init(_ runtime: RuntimeService) { self.runtime = runtime }

  /// Returns an iterator, which makes the first call when the first element is requested.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(runtime) }
}

extension RuntimeService {
  /// Returns a feed of all pod and container events from now on. The feed survives a restart of the runtime. CRI:
  /// `GetContainerEvents`, and the lists of pods and containers.
  public func events() -> ContainerEventFeed { ContainerEventFeed(self) }
}
