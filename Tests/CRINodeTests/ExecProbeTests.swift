import CRI
import CRIGRPC
import CRINode
import CRIProtobuf
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// A process is started in every container to test whether its shim is reachable.
struct ExecProbeTests {
  @Test(
    arguments: [
      (.ok, "", .known(.works)),
      // The messages of runc and crun for an image without the program.
      (.unknown, #"failed to start exec: exec: "true": executable file not found in $PATH: unknown"#, .known(.works)),
      (.unknown, "executable file `true` not found in $PATH: No such file or directory", .known(.works)),
      (.unknown, #"exec: "true": stat /bin/true: no such file or directory"#, .known(.works)),
      (.unknown, "ttrpc: closed", .known(.fails("ExecSync: UNKNOWN: ttrpc: closed"))),
      (
        .unknown, "dial unix /run/shim.sock: connect: no such file or directory",
        .known(.fails("ExecSync: UNKNOWN: dial unix /run/shim.sock: connect: no such file or directory"))
      ),
      (
        .unimplemented, "unknown method ExecSync",
        .unknown(UnknownReason(.callFailed, message: "ExecSync: UNIMPLEMENTED: unknown method ExecSync"))
      ),
    ] as [(StatusCode, String, Observation<ObservedExec>)])
  func `the status shows whether the shim was reached`(
    code: StatusCode, words: String, expected: Observation<ObservedExec>
  )
    async throws
  {
    let directory = try TemporaryDirectory()
    let asked = Locked<[ExecSyncRequest]>([])
    let server = try Server(at: directory.file("runtime.sock")) { call in
      guard call.method.hasSuffix("/ExecSync"), let request = try? ExecSyncRequest.decode(call.message) else {
        return call.finish(.unimplemented, "")
      }
      asked.withLock { $0.append(request) }
      if code == .ok { call.send(ExecSyncResponse(exitCode: 1).encode()) }
      call.finish(code, words)
    }
    defer { server.stop() }
    var snapshot = try Snapshot.recorded("containerd-1.6.20", .before)
    let namespace = snapshot.sandboxes[0].pod.namespace
    // The status of this sandbox is missing, so its containers show whether its shim is reachable.
    let silent = snapshot.sandboxes.removeFirst()
    snapshot.unchecked = [
      Unchecked.details(ObjectName(.pod, pod: silent.pod, id: silent.id), isLive: true, "no response")
    ]
    let scoped = Set([silent.id]).union(snapshot.sandboxes.filter { $0.pod.namespace == namespace }.map(\.id))
    let client = Client(try Endpoint(directory.file("runtime.sock")), options: .init(api: .only(.v1)))
    await client.probeExec(&snapshot, in: Scope(namespaces: [namespace]))
    let running = snapshot.containers.filter { $0.isRunning && scoped.contains($0.sandboxID) }
    #expect(!running.isEmpty)
    #expect(running.allSatisfy { $0.observed?.exec == expected })
    #expect(asked.withLock { Set($0.map(\.containerID)) } == Set(running.map(\.id)))
    #expect(asked.withLock { $0.allSatisfy { $0.cmd == ["true"] && $0.timeout > 0 } })
    #expect(snapshot.containers.count { $0.observed?.exec != nil } == running.count)
  }
}
