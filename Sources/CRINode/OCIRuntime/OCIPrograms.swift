internal import CRIJSON
internal import CRIMessages
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Finds the shims and OCI runtimes as containerd and its shims do: a name without a directory is searched for in the
/// daemon's PATH, which the shims inherit, and a shim also beside the daemon's program.
struct OCIPrograms {
  /// containerd's configuration from its verbose status.
  let configuration: JSON
  let snapshot: Snapshot
  let files: NodeFiles
  let proc: String

  /// Returns the programs that do not exist, among those of the default handler and of the ready sandboxes' handlers.
  /// - Parameter isNode: Whether the files are those of the runtime's node.
  func missing(_ isNode: Bool) -> Observation<[String]> {
    let configured = OCIRuntimeReader.containerdPrograms(configuration)
    let defaultHandler = configuration["containerd"]?["defaultRuntimeName"]?.stringValue ?? ""
    let handlers = snapshot.sandboxes.filter(\.isReady).map { $0.facts.runtimeHandler ?? $0.status.runtimeHandler }
    let used = Set(handlers.map { $0.isEmpty ? defaultHandler : $0 } + [defaultHandler])
    let programs = Set(configured.filter { used.contains($0.handler) }.map(\.program))
    let shims = Set(used.compactMap(shim))
    if programs.isEmpty, shims.isEmpty { return .known([]) }
    guard isNode else { return .unknown(UnknownReason(.notOnNode, path: programs.union(shims).sorted()[0])) }
    do throws(FileError) {
      var missing: [String] = []
      let search = ProgramSearch(files: files, daemon: snapshot.daemon.pid, proc: proc)
      for program in programs.sorted() where !(try search.exists(program)) { missing.append(program) }
      for shim in shims.sorted() where !(try search.exists(shim, besideDaemon: true)) { missing.append(shim) }
      return .known(missing)
    } catch {
      let path = snapshot.daemon.pid.map { "\(proc)/\($0)/environ" }
      return .unknown(path == nil ? UnknownReason(.daemonNotVisible) : UnknownReason(error, path))
    }
  }

  /// The program of a handler's shim; nil if it is unknown.
  private func shim(of handler: String) -> String? {
    let runtime = configuration["containerd"]?["runtimes"]?[handler]
    if let path = runtime?["runtimePath"]?.stringValue, !path.isEmpty { return path }
    return (runtime?["runtimeType"]?.stringValue).flatMap { ContainerdSettings.shimProgram(ofType: $0) }
  }
}
