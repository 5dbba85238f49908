internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

/// Handles calls.
extension SimulatedRuntime {
  func handle(_ call: ServerCall) async {
    let name = call.method.split(separator: "/").last.map(String.init) ?? ""
    let (faults, startedAt, isLast) = state.withLock { state in
      state.calls[name, default: 0] += 1
      state.callCount += 1
      return (state.faults, state.startedAt, state.callCount == state.faults.killAfter)
    }
    if isLast { return (options.onKill ?? { self.crash() })() }
    do {
      let (handler, api) = try route(call.method, faults)
      try await applyFaults(name, faults, startedAt)
      if case .events = handler { return await sendEvents(call) }
      for message in try await response(handler, call, api) { call.send(message) }
      call.finish()
    } catch {
      let failure = CallFailure(error)
      call.finish(failure.code, failure.message)
    }
  }

  /// Returns the handler for a path such as `/runtime.v1.RuntimeService/Version`.
  private func route(_ path: String, _ faults: Faults) throws(CallFailure) -> (
    MethodTable.Handler, APIVersion
  ) {
    let node = state.withLock { $0.node }
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count == 2 else {
      throw CallFailure(.unimplemented, "malformed method name: \(path.goQuoted)")
    }
    let (service, method) = (parts[0], parts[1])
    if let result = node.fixed[path], node.usesRecordedResponse(path) {
      return (.reads { node, request, _ in [ContainerdStore.list(node, request, after: try result.get())] }, .v1)
    }
    if service == ContainerdStore.service, !node.isCRIO {
      guard method == "List" else { throw unknown(method, service) }
      return (.reads { node, request, _ in [ContainerdStore.list(node, request)] }, .v1)
    }
    if service == ContainerdTasks.service, !node.isCRIO {
      guard method == "List" else { throw unknown(method, service) }
      return (.reads { node, _, _ in [ContainerdTasks.list(node)] }, .v1)
    }
    for api in faults.versions {
      guard let known = Service.allCases.first(where: { $0.name(api) == service }) else { continue }
      if let result = node.fixed["/\(known.name(.v1))/\(method)"] {
        return (.reads { _, _, _ in [try result.get()] }, api)
      }
      guard !node.unknownMethods.contains(method),
        let handler = Self.methods.handlers["\(known.rawValue)/\(method)"]
      else { throw unknown(method, service) }
      return (handler, api)
    }
    throw CallFailure(.unimplemented, "unknown service \(service)")
  }

  private func unknown(_ method: String, _ service: String) -> CallFailure {
    CallFailure(.unimplemented, "unknown method \(method) for service \(service)")
  }

  /// Simulates the faults that come before the response: start-up time, delays, hangs and failures.
  private func applyFaults(
    _ name: String, _ faults: Faults, _ startedAt: ContinuousClock.Instant
  ) async throws(CallFailure) {
    let readyAt = startedAt + faults.notReady
    if ContinuousClock.now < readyAt {
      switch faults.notReadyStyle {
      case .unknown: throw CallFailure(.unknown, "server is not initialized yet")
      case .unavailable: throw CallFailure(.unavailable, "server is not initialized yet: unavailable")
      // The sleep ends when the client disconnects.
      case .hang, .noSocket: try? await Task.sleep(until: readyAt, clock: .continuous)
      }
    }
    if let delay = faults.delays[name] ?? faults.delays["all"] { try? await Task.sleep(for: delay) }
    while faults.hanging.contains(name) || faults.hanging.contains("all"), !Task.isCancelled {
      try? await Task.sleep(for: .seconds(3600))
    }
    if let failure = faults.failures[name] ?? faults.failures["all"] {
      throw CallFailure(failure.code, failure.message)
    }
  }

  private func response(
    _ handler: MethodTable.Handler, _ call: ServerCall, _ api: APIVersion
  ) async throws -> [[UInt8]] {
    switch handler {
    case .events: return []
    case .opensSession(let open): return try open(state.withLock { $0.node }, sessions, call.message)
    case .runsCommand:
      let request: ExecSyncRequest = try MethodTable.decode(call.message)
      _ = try state.withLock { $0.node }.runningContainer(request.containerID, missing: .notFound)
      return [try await SimulatedExecSync.run(request).encode()]
    case .reads(let read):
      var (node, faults, startedAt) = state.withLock { ($0.node, $0.faults, $0.startedAt) }
      if ContinuousClock.now < startedAt + faults.networkReadyAfter { node.setNetworkReady(false) }
      return try read(node, call.message, api)
    case .writes(let write):
      let messages = try state.withLock { state in
        defer { state.publish() }
        return try write(&state.node, call.message)
      }
      do throws(Errno) {
        try save()
      } catch {
        throw CallFailure(.internal, "cannot write \(options.statePath ?? ""): \(error)")
      }
      return messages
    }
  }

  /// Sends events until the client disconnects or the runtime stops.
  private func sendEvents(_ call: ServerCall) async {
    let (events, number) = state.withLock { state in
      let (events, continuation) = AsyncStream<ContainerEventResponse>.makeStream(
        bufferingPolicy: .bufferingNewest(1000))
      state.listenerCount += 1
      state.listeners[state.listenerCount] = continuation
      return (events, state.listenerCount)
    }
    for await event in events { call.send(event.encode()) }
    state.withLock { _ = $0.listeners.removeValue(forKey: number) }
    call.finish()
  }
}

extension SimulatedRuntime.State {
  /// Sends the new events to all open event streams.
  mutating func publish() {
    for event in node.events { for listener in listeners.values { listener.yield(event) } }
    node.events = []
  }
}
