internal import CRI
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Finds the tasks that are paused.
///
/// A frozen cgroup does not show this: when containerd starts, it asks the shim, which knows only of pauses that were
/// requested through it (`runningState` and `pausedState` in the shim's `process/init_state.go`).
enum PausedTasks {
  private static let method = "/containerd.services.tasks.v1.Tasks/List"
  /// The time for which a task must stay paused to count as paused: committing a container to an image pauses it
  /// briefly.
  private static let delay = Duration.milliseconds(500)

  /// Requests the tasks through containerd's own API on the same socket. containerd queries each shim.
  /// - Returns: The IDs of the paused tasks.
  static func read(from endpoint: Endpoint, deadline: ContinuousClock.Instant?) async -> Observation<Set<String>> {
    let channel = Channel(path: endpoint.path, maxMessageSize: DiskRecords.maximumResponseSize)
    defer { channel.close() }
    do throws(RPCError) {
      let paused = try await list(channel, deadline)
      if paused.isEmpty { return .known([]) }
      await pause(delay)
      return .known(paused.intersection(try await list(channel, deadline)))
    } catch {
      return .unknown(
        error.isUnknownService ? UnknownReason(.notServed) : UnknownReason(.callFailed, message: "\(error)"))
    }
  }

  private static func list(
    _ channel: Channel, _ deadline: ContinuousClock.Instant?
  ) async throws(RPCError) -> Set<String> {
    let options = Channel.Options(
      timeout: deadline.map { max($0 - .now, .zero) }, metadata: [DiskRecords.namespace])
    let bytes = try await channel.unary(method, ListTasksRequest().encode(), options: options)
    let response: ListTasksResponse = try ResponseBudget().decode(bytes, method: method, deadline: deadline)
    return Set(response.tasks.filter { [.paused, .pausing].contains($0.status) }.map(\.id))
  }
}
