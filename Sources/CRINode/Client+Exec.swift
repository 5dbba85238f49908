public import CRI
internal import CRIMessages
public import CRISnapshot
public import CRIVerify

extension Client {
  /// Starts a process in every running container, to see whether the runtime still reaches its shim: lists and states
  /// look well where it does not. `true` it is, which does nothing; an image without it shows as much.
  /// - Parameters:
  ///   - scope: of whose pods.
  ///   - timeout: for each of them, in whole seconds.
  public func probeExec(_ snapshot: inout Snapshot, in scope: Scope = Scope(), timeout: Duration = .seconds(10)) async {
    // Where a sandbox does not answer, its containers tell whether its shim does.
    let silent = snapshot.unchecked.compactMap(\.object).filter { object in
      object.kind == .pod && object.pod.map(scope.contains) ?? scope.isWhole
    }.map(\.id)
    let sandboxes = Set(snapshot.sandboxes.filter { scope.contains($0.pod) }.map(\.id) + silent)
    let ids = snapshot.containers.filter { $0.isRunning && sandboxes.contains($0.sandboxID) }.map(\.id)
    var found: [String: Observation<ObservedExec>] = [:]
    await withTaskGroup(of: (String, Observation<ObservedExec>).self) { group in
      for (index, id) in ids.enumerated() {
        // Each is a process on the node: few at a time.
        if index >= 8, let (id, reading) = await group.next() { found[id] = reading }
        group.addTask { (id, await exec(id, timeout)) }
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

  private func exec(_ id: String, _ timeout: Duration) async -> Observation<ObservedExec> {
    let request = ExecSyncRequest(containerID: id, cmd: ["true"], timeout: timeout.components.seconds)
    do throws(RPCError) {
      // The runtime's own deadline, which also ends the process, comes first.
      _ = try await runtime.execSync(request, timeout: timeout + .seconds(2))
      return .known(.works)
    } catch {
      switch error {
      case .status(let status) where status.message.lacksProgram: return .known(.works)
      case .status where !error.isUnknownMethod && !error.isUnknownService: return .known(.fails("\(error)"))
      case .deadlineExceeded: return .known(.fails("\(error)"))
      default: return .unknown(UnknownReason(.callFailed, message: "\(error)"))
      }
    }
  }
}

extension String {
  /// The OCI runtime was reached, and found no such program in the image (runc, crun).
  fileprivate var lacksProgram: Bool {
    contains("executable file not found") || contains("executable file `true` not found")
      || contains("exec: \"true\"") && contains("no such file or directory")
  }
}
