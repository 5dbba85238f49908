public import CRI
public import CRIDoctor
internal import CRIProtobuf
internal import CRISnapshot
internal import CRISystem

extension Client {
  /// Reads what happened to the pods with a name.
  /// - Parameter word: A name, `NAMESPACE/NAME`, a UID, or a prefix of a sandbox's ID.
  /// - Throws: An error if the runtime cannot be reached, or does not list its objects before the deadline.
  public func podStories(of word: String, _ options: DoctorOptions) async throws(RPCError) -> [PodStory] {
    let deadline = ContinuousClock.now + options.deadline
    let responses = await RuntimeResponsesReader(client: self, deadline: deadline, isDeep: false).read()
    if let error = responses.unreachable ?? responses.listError { throw error }
    let snapshot = Snapshot(
      tool: options.tool, taken: Timestamp(nanoseconds: Kernel.now), host: .current(),
      daemon: Daemon(socket: endpoint.path, peer: peer),
      runtime: RuntimeFacts(name: "", version: "", api: negotiatedVersion ?? .v1),
      sandboxes: responses.sandboxes + responses.unreadSandboxes.map(SandboxRecord.init(listed:)),
      containers: responses.containers + responses.unreadContainers.map(ContainerRecord.init(listed:)),
      unchecked: responses.unchecked)
    let pods = PodStory.pods(named: word, in: snapshot)
    let view = NodeView(daemon: snapshot.daemon.pid, paths: options.paths)
    return await onThread {
      let ids = Set(snapshot.sandboxes.filter { pods.contains($0.pod) }.map(\.id))
      var lines: [String: [String]] = [:]
      let logged = snapshot.containers.filter { ids.contains($0.sandboxID) }
      for container in logged.sorted(by: { $0.status.createdAt > $1.status.createdAt }).prefix(LogEnd.maximumLogs) {
        if deadline <= .now { break }
        let pod = snapshot.sandboxes.first { $0.id == container.sandboxID }?.pod
        let path = container.logPath.isEmpty ? pod.flatMap { container.usualLogPath(in: $0) } : container.logPath
        if let path { lines[container.id] = LogEnd.lines(at: view.path(path)) }
      }
      return pods.map { PodStory(of: $0, in: snapshot, lastLines: lines) }
    }
  }
}

extension SandboxRecord {
  /// A sandbox of which only the list is known.
  fileprivate init(listed item: PodSandbox) {
    self.init(
      status: PodSandboxStatus(
        id: item.id, metadata: item.metadata, state: item.state, createdAt: item.createdAt, labels: item.labels,
        annotations: item.annotations))
  }
}

extension ContainerRecord {
  /// A container of which only the list is known.
  fileprivate init(listed item: Container) {
    self.init(
      status: ContainerStatus(
        id: item.id, metadata: item.metadata, state: item.state, createdAt: item.createdAt, labels: item.labels,
        annotations: item.annotations),
      sandboxID: item.podSandboxID)
  }

  /// Where kubelet places the log of a container by default (`BuildContainerLogsDirectory` in kubelet's kuberuntime).
  /// - Returns: nil if a name that the runtime reports could redirect the path to another directory.
  func usualLogPath(in pod: PodName) -> String? {
    let directory = "\(pod.namespace)_\(pod.name)_\(pod.uid)"
    let components = [directory, name, restartCount ?? "0"]
    guard components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("/") }) else { return nil }
    return "\(PodLogDirectory.standard)/\(directory)/\(name)/\(components[2]).log"
  }
}
