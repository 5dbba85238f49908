import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// `cp` without a container: its arguments, and the check of the container's process.
@Suite struct CopyCommandTests {
  private static let id = String(repeating: "ab", count: 32)

  @Test(
    arguments: [
      (["cp"], "source"), (["cp", "web:/a"], "destination"), (["cp", "/a", "/b"], "neither side is a container"),
      (["cp", "./a:b", "../c:d"], "neither side is a container"), (["cp", "-", "-"], "neither side is a container"),
      (["cp", "a:/x", "b:/y"], "both sides are containers"), (["cp", ":/x", "y"], "specify CONTAINER:PATH"),
      (["cp", "web:", "y"], "specify CONTAINER:PATH"), (["cp", "", "web:/x"], "specify CONTAINER:PATH"),
      (["cp", "--method", "ftp", "web:/x", "y"], "ftp"),
    ])
  func `wrong arguments are a usage error, before the runtime is called`(arguments: [String], message: String)
    async throws
  {
    let run = try await Tool.cri(arguments, on: "/nonexistent/socket")
    #expect(run.code == 2 && run.output.isEmpty && run.errors.contains(message), "\(run)")
  }

  private func runtime(_ state: ContainerState, pids: [Int]) throws -> TestRuntime {
    let replies = Locked(pids)
    return try TestRuntime { name, _ in
      guard name == "ContainerStatus" else { return nil }
      let pid = replies.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? 0 }
      return .message(
        ContainerStatusResponse(
          status: ContainerStatus(id: Self.id, state: pid == 0 ? .exited : state),
          info: ["info": #"{"pid": \#(pid)}"#]))
    }
  }

  /// Runs a test with a process that has its own mount namespace and root directory, like a container's process.
  private func withProcess(_ body: (Int) async throws -> Void) async throws {
    let root = try TemporaryDirectory()
    let script =
      "cd \(root.path) && mkdir usr && mount --rbind /usr usr && ln -s usr/lib usr/lib64 usr/bin . && "
      + "exec chroot . /bin/sh -c 'echo begun; exec sleep 60'"
    let process = try SpawnedProcess(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script])
    #expect(await process.line() == "begun")
    let result: Result<Void, any Error>
    do { result = .success(try await body(Int(process.pid))) } catch { result = .failure(error) }
    process.signal(SIGKILL)
    _ = await process.end()
    try result.get()
  }

  @Test(.enabled(if: geteuid() == 0, "needs root: a mount namespace"))
  func `a process that the container no longer has is not used`() async throws {
    let folder = try TemporaryDirectory()
    try await withProcess { pid in
      // The first response is for the name, and the second one is for the check after the process has been opened.
      for pids in [[pid, 0], [pid, 1]] {
        let runtime = try runtime(.running, pids: pids)
        let run = try await Tool.cri(
          ["cp", "--method", "node", "\(Self.id):/etc/hostname", folder.file("x")], on: runtime.path)
        #expect(run.code == 1 && run.errors.contains("has ended or was restarted"), "\(run)")
        #expect(runtime.called == ["ContainerStatus", "ContainerStatus"])
      }
    }
    #expect(TemporaryDirectory.names(in: folder.path).isEmpty)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root: /proc/PID/root"))
  func `a process that sees the node's own files is not used`() async throws {
    let folder = try TemporaryDirectory()
    let runtime = try runtime(.running, pids: [Int(getpid())])
    let run = try await Tool.cri(
      ["cp", "--method", "node", "\(Self.id):/etc/passwd", folder.file("x")], on: runtime.path)
    #expect(run.code == 1 && run.errors.contains("sees the files of this node"), "\(run)")
    #expect(TemporaryDirectory.names(in: folder.path).isEmpty)
  }

  @Test func `a container that is not running is reported`() async throws {
    let runtime = try runtime(.exited, pids: [0])
    let run = try await Tool.cri(["cp", "--method", "node", "\(Self.id):/x", "/tmp/x"], on: runtime.path)
    #expect(run.code == 1 && run.errors.contains("is not running"), "\(run)")
  }
}
