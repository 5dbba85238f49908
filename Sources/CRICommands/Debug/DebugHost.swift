internal import CRI
internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem

/// Runs one of the node's programs in the namespaces of a container or a pod.
struct DebugHost: Sendable {
  let client: Client
  let target: DebugTarget
  let namespaces: [DebugNamespace]

  /// - Parameter command: The program with its arguments; empty for a shell.
  /// - Returns: The exit code of the program.
  func run(_ command: [String]) async throws -> Int32 {
    guard Environment.userID == 0 else { throw Failure(.forbidden, "debug --host needs root; run it as root") }
    let pid = try await pid()
    let nodes: [(DebugNamespace, FileNode)]
    do throws(Errno) {
      let directory = try FileNode(trusted: "/proc/\(pid)/ns")
      nodes = try namespaces.map { (namespace) throws(Errno) in
        (namespace, try directory.following(namespace.fileName))
      }
    } catch {
      throw Failure(
        .sessionFailed, "\(target.subject): the namespaces of its process \(pid) cannot be opened: \(error)")
    }
    // The namespaces are open now, so a response from the runtime confirms that they belong to this container and not
    // to a later process.
    guard try await self.pid() == pid else {
      throw Failure(.sessionFailed, "\(target.subject) has ended or was restarted; try again")
    }
    let words = ["nsenter"] + nodes.map { "--\($0.0.rawValue)=\($0.1.sharedPath)" } + ["--"]
    let termination: ChildProcess.Termination
    do throws(Errno) {
      termination = try ChildProcess.run(words + (command.isEmpty ? ["sh"] : command), signals: SignalWatch()) {
        !$0.isForGroup
      }
    } catch {
      let remedy = error == .noSuchFile ? "; install nsenter (util-linux)" : ""
      throw Failure(.sessionFailed, "cannot run nsenter: \(error)\(remedy)")
    }
    // The namespaces must be open until nsenter has entered them.
    withExtendedLifetime(nodes) {}
    return switch termination {
    case .exited(let code): code
    case .killed(let signal): SessionOutcome.signalBase + signal
    }
  }

  /// The process that the runtime reports for the container or the pod.
  private func pid() async throws(Failure) -> Int32 {
    let info: StringMap
    do throws(RPCError) {
      if let container = target.container {
        let request = ContainerStatusRequest(containerID: container, verbose: true)
        info = try await client.runtime.containerStatus(request).info
      } else {
        let request = PodSandboxStatusRequest(podSandboxID: target.sandbox.id, verbose: true)
        info = try await client.runtime.podSandboxStatus(request).info
      }
    } catch {
      throw Failure(error, about: target.subject, client.endpoint)
    }
    guard let pid = ContainerRecord.pid(info: info) else {
      throw Failure(
        .sessionFailed, "\(target.subject): the runtime does not report its process; check that it is running")
    }
    return pid
  }
}
