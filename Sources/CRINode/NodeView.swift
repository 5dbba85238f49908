internal import CRISnapshot
internal import CRISystem

/// How the runtime's process ids and paths are to be read from where we are: it may live in another container than we.
struct NodeView {
  /// With the runtime's root folder before its paths, where that is not ours.
  let paths: NodePaths
  /// Whether a path that leads nowhere from here leads nowhere for the runtime either.
  let seesAllPaths: Bool
  private let hidden: UnknownReason?

  init(daemon: Int32?, paths: NodePaths) {
    var paths = paths
    var hidden: UnknownReason?
    var seesAllPaths = false
    if let daemon {
      let proc = paths.proc
      // A kind that we may not look at is taken for the same: most often it is, and we are not root.
      func differs(_ kind: String) -> Bool {
        guard let own = FileIdentity(of: "\(proc)/self/ns/\(kind)"),
          let other = FileIdentity(of: "\(proc)/\(daemon)/ns/\(kind)")
        else { return false }
        return own != other
      }
      if differs("pid") { hidden = UnknownReason(.otherPIDNamespace) }
      // In a chroot the mounts are the same, and the paths are not.
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

  /// Where a path of the runtime's leads from here.
  func path(_ path: String) -> String {
    // From outside of its root folder an absolute link would lead to ours, and this one is everywhere.
    let isLinked = !paths.root.isEmpty && path.hasPrefix("/var/run/")
    return paths.root + (isLinked ? String(path.dropFirst(4)) : path)
  }

  /// CNI's folder: the system's is on the runtime's side, another one on ours.
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
