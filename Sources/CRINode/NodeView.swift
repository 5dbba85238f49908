internal import CRISnapshot
internal import CRISystem

/// How the runtime's process ids and paths are to be read from where we are: it may live in another container than we.
struct NodeView {
  /// With the runtime's root folder before its paths, where that is not ours.
  let places: Places
  /// Whether a path that leads nowhere from here leads nowhere for the runtime either.
  let seesAllPaths: Bool
  private let hidden: UnreadReason?

  init(daemon: Int32?, places: Places) {
    var places = places
    var hidden: UnreadReason?
    var seesAllPaths = false
    if let daemon {
      let proc = places.proc
      // A kind that we may not look at is taken for the same: most often it is, and we are not root.
      func differs(_ kind: String) -> Bool {
        guard let own = FileIdentity(of: "\(proc)/self/ns/\(kind)"),
          let other = FileIdentity(of: "\(proc)/\(daemon)/ns/\(kind)")
        else { return false }
        return own != other
      }
      if differs("pid") { hidden = UnreadReason("the runtime counts processes in another namespace than ours") }
      // In a chroot the mounts are the same, and the paths are not.
      let root = FileIdentity(of: "\(proc)/\(daemon)/root")
      seesAllPaths = root != nil || !places.root.isEmpty
      if places.root.isEmpty && (differs("mnt") || root != nil && root != FileIdentity(of: "/")) {
        places.root = "\(proc)/\(daemon)/root"
      }
    } else {
      hidden = UnreadReason("the runtime's own process cannot be seen from here")
    }
    self.places = places
    self.seesAllPaths = seesAllPaths
    self.hidden = hidden
  }

  var canSeeProcesses: Bool { hidden == nil }

  /// Where a path of the runtime's leads from here.
  func path(_ path: String) -> String {
    // From outside of its root folder an absolute link would lead to ours, and this one is everywhere.
    let isLinked = !places.root.isEmpty && path.hasPrefix("/var/run/")
    return places.root + (isLinked ? String(path.dropFirst(4)) : path)
  }

  /// CNI's folder: the system's is on the runtime's side, another one on ours.
  var cni: String { places.cni == Places.defaultCNI ? places.root + places.cni : places.cni }

  func processes() -> Reading<ProcessTable> {
    if let hidden { return .unread(hidden) }
    do throws(FileError) {
      return .read(try ProcessTable(proc: places.proc))
    } catch {
      return .unread(UnreadReason(error, places.proc))
    }
  }
}
