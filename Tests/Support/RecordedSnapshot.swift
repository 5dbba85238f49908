import CRIMessages
import CRIProtobuf
package import CRISnapshot

extension Snapshot {
  /// Creates the snapshot of the runtime in a recording. The daemon was not recorded, so it is given a new PID after
  /// the restart.
  package init(_ recording: Recording, _ moment: Recording.Moment) throws {
    func first<Request: CMessage, Response: CMessage>(_ method: Method<Request, Response>) throws -> Response {
      guard let reply = try recording.replies(to: method).first?.response else {
        throw RecordingError(reason: "no \(method.name)")
      }
      return reply
    }
    let version = try first(.version)
    let status = try first(.status)
    let sandboxOf = Dictionary(
      uniqueKeysWithValues: try first(.listContainers).containers.map { ($0.id, $0.podSandboxID) })
    self.init(
      tool: "test", taken: Timestamp(seconds: moment == .before ? 1_900_000_000 : 1_900_000_060),
      host: NodeIdentity(name: "node-1", bootID: "boot-1", machineID: "machine-1", kernel: "6.1.0"),
      daemon: Daemon(
        socket: "/run/runtime.sock", pid: moment == .before ? 100 : 200,
        startTime: moment == .before ? 5000 : 9000,
        executable: "/usr/bin/runtime"),
      runtime: RuntimeFacts(
        name: version.runtimeName, version: version.runtimeVersion, api: .v1,
        conditions: status.status?.conditions ?? [], handlers: status.runtimeHandlers),
      sandboxes: try recording.replies(to: .podSandboxStatus).filter { $0.request.verbose }.map { _, reply in
        guard let status = reply.status, let facts = SandboxFacts(info: reply.info) else {
          throw RecordingError(reason: "a sandbox without status or facts")
        }
        return SandboxRecord(status: status, facts: facts)
      },
      containers: try recording.replies(to: .containerStatus).filter { $0.request.verbose }.map { _, reply in
        guard let status = reply.status else { throw RecordingError(reason: "a container without status") }
        return ContainerRecord(
          status: status, sandboxID: sandboxOf[status.id] ?? "", pid: ContainerRecord.pid(info: reply.info))
      },
      images: try first(.listImages).images)
  }

  package static func recorded(_ runtime: String, _ moment: Recording.Moment) throws -> Snapshot {
    try Snapshot(Recording(runtime, moment), moment)
  }
}
