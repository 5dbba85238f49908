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
      sandboxes: responses.sandboxes, containers: responses.containers, unchecked: responses.unchecked)
    let pods = PodStory.pods(named: word, in: snapshot)
    let view = NodeView(daemon: snapshot.daemon.pid, paths: options.paths)
    return await onThread {
      let ids = Set(snapshot.sandboxes.filter { pods.contains($0.pod) }.map(\.id))
      var lines: [String: [String]] = [:]
      let logged = snapshot.containers.filter { ids.contains($0.sandboxID) && !$0.logPath.isEmpty }
      for container in logged.sorted(by: { $0.status.createdAt > $1.status.createdAt }).prefix(LogEnd.maximumLogs) {
        if deadline <= .now { break }
        lines[container.id] = LogEnd.lines(at: view.path(container.logPath))
      }
      return pods.map { PodStory(of: $0, in: snapshot, lastLines: lines) }
    }
  }
}
