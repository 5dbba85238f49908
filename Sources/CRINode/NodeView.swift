internal import CRISnapshot
internal import CRISystem

/// Translates the runtime's pids and paths to ours, because it may run in another container.
struct NodeView {
  /// The paths, with the runtime's root as a prefix if it is not ours.
  let paths: NodePaths
  /// Whether a path that does not exist for us does not exist for the runtime either.
  let seesAllPaths: Bool
  private let hidden: UnknownReason?

  init(daemon: Int32?, paths: NodePaths) {
    var paths = paths
    var hidden: UnknownReason?
    var seesAllPaths = false
    if let daemon {
      let proc = paths.proc
      // A namespace that we are not permitted to examine counts as the same, because it usually is the same if we are
      // not root.
      func differs(_ kind: String) -> Bool {
        guard let own = FileIdentity(of: "\(proc)/self/ns/\(kind)"),
          let other = FileIdentity(of: "\(proc)/\(daemon)/ns/\(kind)")
        else { return false }
        return own != other
      }
      if differs("pid") { hidden = UnknownReason(.otherPIDNamespace) }
      // In a chroot the mount namespace is the same, but the paths are not.
      let root = FileIdentity(of: "\(proc)/\(daemon)/root")
      seesAllPaths = root != nil || !paths.root.isEmpty
      if paths.root.isEmpty && (differs("mnt") || root != nil && root != FileIdentity(of: "/")) {
        paths.root = "\(proc)/\(daemon)/root"
      }
    } else {
      hidden = UnknownReason(.daemonNotVisible)
    }
    self.paths = paths
    self.seesAllPaths = seesAllPaths
    self.hidden = hidden
  }

  var canSeeProcesses: Bool { hidden == nil }

  /// Returns our path for a path of the runtime.
  func path(_ path: String) -> String {
    // From outside the runtime's root, an absolute link such as `/var/run` would point into our root.
    let isLinked = !paths.root.isEmpty && path.hasPrefix("/var/run/")
    return paths.root + (isLinked ? String(path.dropFirst(4)) : path)
  }

  /// CNI's directory: the default path is below the runtime's root, and a custom path is in our own file system.
  var cni: String { paths.cni == NodePaths.defaultCNI ? paths.root + paths.cni : paths.cni }

  func processes() -> Observation<ProcessTable> {
    if let hidden { return .unknown(hidden) }
    do throws(FileError) {
      return .known(try ProcessTable(proc: paths.proc))
    } catch {
      return .unknown(UnknownReason(error, paths.proc))
    }
  }
}
