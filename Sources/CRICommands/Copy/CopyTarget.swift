internal import CRI
internal import CRICommandLine
internal import CRICopy
internal import CRISnapshot
internal import CRISystem

/// A running container that files are copied from or to.
struct CopyTarget: Sendable {
  /// Why the container's root directory cannot be used.
  enum Unusable: Error {
    /// The copy fails.
    case failure(Failure)
    /// The other method may work.
    case reason(String)
  }

  let id: String
  /// The process that the runtime reports; nil if it reports none.
  let pid: Int32?

  var subject: String { "container \(ShortID.of(id))" }

  /// Finds a container as `exec` does.
  static func find(_ word: String, _ client: Client) async throws(Failure) -> CopyTarget {
    do throws(RPCError) {
      if !word.contains("/") { return try await read(word, client) }
    } catch {
      guard error.isNotFound else { throw Failure(error, about: "container \(word)", client.endpoint) }
    }
    let id = try await SessionTarget.named(word, client).id
    do throws(RPCError) { return try await read(id, client) } catch {
      throw Failure(error, about: "container \(word)", client.endpoint)
    }
  }

  private static func read(_ id: String, _ client: Client) async throws(RPCError) -> CopyTarget {
    let response = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id, verbose: true))
    let isRunning = response.status?.state == .running
    return CopyTarget(
      id: response.status?.id ?? id, pid: isRunning ? ContainerRecord.pid(info: response.info) : nil,
      isRunning: isRunning)
  }

  private let isRunning: Bool

  private init(id: String, pid: Int32?, isRunning: Bool) {
    self.id = id
    self.pid = pid
    self.isRunning = isRunning
  }

  /// Opens the container's root directory. The directory is certain to belong to the container, because the runtime
  /// confirms the process after the directory has been opened, so the process ID had not been reused by then.
  func root(_ client: Client) async throws(Unusable) -> ContainerRoot {
    guard isRunning else {
      throw .failure(Failure(.failed, "\(subject) is not running; start it, or specify another one"))
    }
    guard let pid else { throw .reason("the runtime does not report the container's process") }
    let root: ContainerRoot
    do throws(ContainerRoot.Unusable) { root = try ContainerRoot(pid: pid, id: id) } catch {
      throw .reason(Self.text(error, pid))
    }
    let now: CopyTarget
    do throws(RPCError) { now = try await Self.read(id, client) } catch {
      throw .failure(Failure(error, about: subject, client.endpoint))
    }
    guard now.isRunning, now.pid == pid else {
      throw .failure(Failure(.failed, "\(subject) has ended or was restarted; try again"))
    }
    return root
  }

  private static func text(_ error: ContainerRoot.Unusable, _ pid: Int32) -> String {
    switch error {
    case .system(.notImplemented): "the kernel has no openat2, which requires Linux 5.6"
    case .system(let error): "the files of its process \(pid) cannot be reached (\(error))"
    case .hasHostFiles: "its process \(pid) sees the files of this node, as with a virtual machine"
    case .otherContainer: "process \(pid) belongs to a different container"
    }
  }
}
