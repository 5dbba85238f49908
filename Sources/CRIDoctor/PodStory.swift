public import CRIMessages
public import CRIProtobuf
public import CRISnapshot

/// What happened to one pod on this node, in chronological order, as far as the runtime still knows it.
public struct PodStory: Hashable, Sendable {
  /// The version of the story's JSON document.
  public static let schema = 1

  /// One event.
  public struct Event: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
      case sandboxCreated(attempt: UInt32)
      /// The sandbox has these addresses now.
      case addresses([String])
      case containerCreated(attempt: UInt32)
      case containerStarted(attempt: UInt32)
      /// - `message`: The container's termination message, or the runtime's error.
      case containerExited(attempt: UInt32, code: Int32, reason: String, message: String)
      /// The last line of the container's log.
      case logged(String)
      /// The present state, which does not have its own time.
      case sandboxState(isReady: Bool)
      case containerState(ContainerState)
      case detailsUnknown(UnknownReason)
    }

    /// The time; nil for what is true now.
    public var time: Timestamp?
    /// The pod for an event of the sandbox, or the container.
    public var object: ObjectName
    /// What happened.
    public var kind: Kind

    /// Creates an event.
    public init(_ time: Timestamp?, _ object: ObjectName, _ kind: Kind) {
      self.time = time
      self.object = object
      self.kind = kind
    }
  }

  /// The pod.
  public var pod: PodName
  /// The events, the earliest first, and last what is true now.
  public var events: [Event]

  /// - Parameters:
  ///   - snapshot: The state of the node; only the pod's objects matter.
  ///   - lastLines: The last lines of the containers' logs, by the containers' IDs.
  public init(of pod: PodName, in snapshot: Snapshot, lastLines: [String: [String]] = [:]) {
    self.pod = pod
    // Each event with the time by which it is sorted.
    var past: [(order: Timestamp, event: Event)] = []
    var present: [Event] = []
    func add(_ event: Event, notBefore other: Timestamp = .zero) {
      past.append((max(event.time ?? .zero, other), event))
    }
    let sandboxes = snapshot.sandboxes.filter { $0.pod == pod }
    for sandbox in sandboxes {
      let object = ObjectName.pod(sandbox)
      add(
        Event(sandbox.status.createdAt, object, .sandboxCreated(attempt: sandbox.status.metadata?.attempt ?? 0)))
      if !sandbox.addresses.isEmpty { present.append(Event(nil, object, .addresses(sandbox.addresses))) }
      present.append(Event(nil, object, .sandboxState(isReady: sandbox.isReady)))
    }
    let ids = Set(sandboxes.map(\.id))
    for container in snapshot.containers where ids.contains(container.sandboxID) {
      let object = ObjectName(.container, pod: pod, name: container.name, id: container.id)
      let (status, attempt) = (container.status, container.status.metadata?.attempt ?? 0)
      add(Event(status.createdAt, object, .containerCreated(attempt: attempt)))
      if !status.startedAt.isZero { add(Event(status.startedAt, object, .containerStarted(attempt: attempt))) }
      if container.hasEnded {
        // A container can end before the runtime notes that it has started.
        add(
          Event(
            status.finishedAt, object,
            .containerExited(
              attempt: attempt, code: status.exitCode, reason: status.reason, message: status.message)),
          notBefore: status.startedAt)
        // The last lines usually explain the exit.
        for line in lastLines[container.id] ?? [] {
          add(Event(status.finishedAt, object, .logged(line)), notBefore: status.startedAt)
        }
      } else {
        present.append(Event(nil, object, .containerState(status.state)))
        present += (lastLines[container.id] ?? []).map { Event(nil, object, .logged($0)) }
      }
    }
    for entry in snapshot.unchecked where entry.object?.pod == pod {
      if let object = entry.object { present.append(Event(nil, object, .detailsUnknown(entry.reason))) }
    }
    // A stable sort keeps the order of simultaneous events.
    events =
      past.enumerated().sorted { a, b in
        a.element.order != b.element.order ? a.element.order < b.element.order : a.offset < b.offset
      }.map(\.element.event) + present
  }
}

extension PodStory {
  /// The pods with a name.
  /// - Parameter word: A name, `NAMESPACE/NAME`, a UID, or a prefix of a sandbox's ID.
  public static func pods(named word: String, in snapshot: Snapshot) -> [PodName] {
    let read = snapshot.sandboxes.map { ($0.pod, $0.id) }
    let others = snapshot.unchecked.compactMap { entry in
      entry.object.flatMap { object in object.kind == .pod ? object.pod.map { ($0, object.id) } : nil }
    }
    var found: [PodName] = []
    for (pod, id) in read + others where !found.contains(pod) {
      let isNamed = word == pod.name || word == "\(pod)" || word == pod.uid
      if isNamed || !word.isEmpty && id.hasPrefix(word) { found.append(pod) }
    }
    return found
  }
}
