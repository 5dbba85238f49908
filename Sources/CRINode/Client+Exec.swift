public import CRI
internal import CRIMessages
public import CRISnapshot
public import CRIVerify

extension Client {
  /// Starts a process in every running container to test whether the runtime can still reach the container's shim,
  /// because lists and states look right even if it cannot. The program is `true`; if an image does not contain it, the
  /// resulting error proves the same.
  /// - Parameters:
  ///   - scope: The pods whose containers are probed.
  ///   - timeout: The timeout of each process, rounded up to whole seconds. The limit for all processes together is ten
  ///     times as long.
  public func probeExec(_ snapshot: inout Snapshot, in scope: Scope = Scope(), timeout: Duration = .seconds(10)) async {
    // If a sandbox's shim does not respond, its containers are still probed, and the results show whether they can be
    // reached.
    let silent = snapshot.unchecked.compactMap(\.object).filter { object in
      object.kind == .pod && object.pod.map(scope.contains) ?? scope.isWhole
    }.map(\.id)
    let sandboxes = Set(snapshot.sandboxes.filter { scope.contains($0.pod) }.map(\.id) + silent)
    let ids = snapshot.containers.filter { $0.isRunning && sandboxes.contains($0.sandboxID) }.map(\.id)
    let deadline = ContinuousClock.now + timeout * Self.execTimeouts
    var found: [String: Observation<ObservedExec>] = [:]
    await withTaskGroup(of: (String, Observation<ObservedExec>).self) { group in
      for (index, id) in ids.enumerated() {
        // Each exec starts a process on the node, so only a few run concurrently.
        if index >= 8, let (id, reading) = await group.next() { found[id] = reading }
        group.addTask { (id, await exec(id, timeout, deadline)) }
      }
      for await (id, reading) in group { found[id] = reading }
    }
    for index in snapshot.containers.indices {
      guard let reading = found[snapshot.containers[index].id] else { continue }
      var observed = snapshot.containers[index].observed ?? ObservedContainer()
      observed.exec = reading
      snapshot.containers[index].observed = observed
    }
  }

  /// The time limit for all processes together, as a multiple of the timeout for one.
  private static let execTimeouts = 10

  private func exec(
    _ id: String, _ timeout: Duration, _ deadline: ContinuousClock.Instant
  ) async -> Observation<ObservedExec> {
    if deadline <= .now {
      return .unknown(
        UnknownReason(.callFailed, message: "\(RPCError.deadlineExceeded(method: "/ExecSync", timeout: nil))"))
    }
    // In the CRI, zero means no timeout.
    let (seconds, attoseconds) = timeout.components
    let request = ExecSyncRequest(
      containerID: id, cmd: ["true"], timeout: max(1, seconds + (attoseconds > 0 ? 1 : 0)))
    do throws(RPCError) {
      // The runtime's own deadline comes first, because it also ends the process.
      _ = try await runtime.execSync(request, options: .within(timeout + .seconds(2)))
      return .known(.works)
    } catch {
      switch error.cause {
      case .status(let status) where status.message.lacksProgram: return .known(.works)
      case .status where !error.isUnknownMethod && !error.isUnknownService: return .known(.fails("\(error)"))
      case .deadlineExceeded: return .known(.fails("\(error)"))
      default: return .unknown(UnknownReason(.callFailed, message: "\(error)"))
      }
    }
  }
}

extension String {
  /// The OCI runtime (runc, crun) was reached and found no such program in the image.
  fileprivate var lacksProgram: Bool {
    contains("executable file not found") || contains("executable file `true` not found")
      || contains("exec: \"true\"") && contains("no such file or directory")
  }
}
