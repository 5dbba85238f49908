internal import CRIDoctor
internal import CRISnapshot
internal import CRISystem

/// Finds mounts, cgroups and network namespaces that were created for sandboxes and containers.
struct LeftoverReader: Sendable {
  /// A pod's network exists before the runtime lists the pod, for as long as CNI takes. kubelet gives up after four
  /// minutes.
  private static let creationTime: Int64 = 300
  /// The maximum number of cgroups that are visited.
  private static let maximumCgroups = 20_000
  private static let maximumMounts = 64 << 20
  /// The directories in which containerd and CRI-O create network namespaces.
  private static let namespaceDirectories = ["/run/netns", "/var/run/netns"]

  let daemon: Daemon
  let runtime: String
  let paths: NodePaths
  /// The paths of the network namespaces that are in use. There may be others in the same directories.
  var used: [String] = []
  /// The directory of the kernel's control groups.
  var cgroups = "/sys/fs/cgroup"

  /// The unused network namespaces that are too old to belong to a pod in creation.
  func namespaces() -> Observation<[String]> {
    let view = NodeView(daemon: daemon.pid, paths: paths)
    var seen: Set<FileIdentity> = []
    let occupied = occupied()
    var found: [String] = []
    let directories = used.compactMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
    for directory in Self.namespaceDirectories + Set(directories).sorted() {
      let local = view.path(directory)
      guard let identity = FileIdentity(of: local), seen.insert(identity).inserted else { continue }
      do throws(FileError) {
        for name in try Directory.names(at: local).sorted() where isOurs(name) {
          guard let status = try? File.status(of: "\(local)/\(name)"),
            status.modified.seconds < Kernel.now / 1_000_000_000 - Self.creationTime,
            FileIdentity(of: "\(local)/\(name)").map(occupied.contains) != true
          else { continue }
          found.append("\(directory)/\(name)")
        }
      } catch {
        if error != .noSuchFile { return .unknown(UnknownReason(error, directory)) }
      }
    }
    return .known(found)
  }

  /// The network namespaces that contain processes, regardless of what started these.
  private func occupied() -> Set<FileIdentity> {
    guard let table = try? ProcessTable(proc: paths.proc) else { return [] }
    return Set(table.entries.keys.compactMap { FileIdentity(of: "\(paths.proc)/\($0)/ns/net") })
  }

  /// containerd's namespaces are named `cni-UUID`, and CRI-O's `UUID`.
  private func isOurs(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
    switch runtime {
    case "containerd": return name.hasPrefix("cni-") && parts == [3, 8, 4, 4, 4, 12]
    case "cri-o": return parts == [8, 4, 4, 4, 12]
    default: return false
    }
  }

  /// The root file systems of containerd's sandboxes and containers, as the runtime sees them. CRI-O's mounts have no
  /// ID.
  func mounts() -> Observation<[ObjectPath]>? {
    guard runtime == "containerd" else { return nil }
    guard let pid = daemon.pid else { return .unknown(UnknownReason(.daemonNotVisible)) }
    let path = "\(paths.proc)/\(pid)/mountinfo"
    do throws(FileError) {
      let shims = shimIDs()
      let lines = try File.read(path, limit: Self.maximumMounts).split(separator: UInt8(ascii: "\n"))
      return .known(
        lines.compactMap { line in
          // proc_pid_mountinfo(5): the fifth field is the mount point.
          let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
          guard fields.count > 4 else { return nil }
          let point = String(decoding: fields[4], as: UTF8.self)
          guard point.hasSuffix("/rootfs"), point.contains("/k8s.io/") else { return nil }
          let id = String(point.split(separator: "/").dropLast().last ?? "")
          return shims.contains(id) || OrphanSearch.ids(in: id) != [id] ? nil : ObjectPath(id: id, path: point)
        })
    } catch {
      return .unknown(UnknownReason(error, path))
    }
  }

  /// The cgroups of sandboxes and containers in which no process is: `cri-containerd-ID.scope`, `crio-ID.scope`, or
  /// `ID` below `kubepods` or `k8s.io`.
  func controlGroups() -> Observation<[ObjectPath]> {
    let root = ["", "/systemd", "/memory"].map { cgroups + $0 }.first { File.isRegular("\($0)/cgroup.procs") }
    guard let root else { return .unknown(UnknownReason(.notVisible, path: cgroups)) }
    let shims = shimIDs()
    var (found, rest, count): ([ObjectPath], [String], Int) = ([], [""], 0)
    while let directory = rest.popLast() {
      count += 1
      if count > Self.maximumCgroups { return .unknown(UnknownReason(.unusableFile, path: root, message: "")) }
      // A cgroup may be removed at any time.
      for name in (try? Directory.names(at: root + directory)) ?? [] where !name.contains("=") {
        let path = "\(directory)/\(name)"
        guard File.isDirectory(root + path) else { continue }
        if let id = OrphanSearch.ids(in: name).last, isOurs(cgroup: path, name) {
          if !shims.contains(id), isEmpty(cgroup: root + path) { found.append(ObjectPath(id: id, path: root + path)) }
        } else {
          rest.append(path)
        }
      }
    }
    return .known(found.sorted { $0.path < $1.path })
  }

  private func isOurs(cgroup path: String, _ name: String) -> Bool {
    // A node may have both runtimes.
    let isCRIO = name.hasPrefix("crio-")
    if isCRIO || runtime == "cri-o" { return isCRIO && runtime != "containerd" }
    if name.hasPrefix("cri-containerd-") { return true }
    let parents = path.split(separator: "/").dropLast()
    return name.utf8.count == 64 && parents.contains { $0 == "k8s.io" || $0.hasPrefix("kubepods") }
  }

  /// Whether no process is in a cgroup. The node may have other runtimes, whose cgroups are in use.
  private func isEmpty(cgroup path: String) -> Bool {
    // Version 2 also counts the cgroups below.
    if let events = try? File.readShort("\(path)/cgroup.events") {
      return String(decoding: events, as: UTF8.self).split(separator: "\n").contains("populated 0")
    }
    guard let processes = try? File.readShort("\(path)/cgroup.procs"), processes.isEmpty else { return false }
    return (try? Directory.names(at: path))?.contains { File.isDirectory("\(path)/\($0)") } == false
  }

  /// The IDs for which a shim runs: the objects are being created, or another rule reports the shim as an orphan.
  func shimIDs() -> Set<String> {
    Set((try? ProcessTable(proc: paths.proc))?.shims.values.map(\.id) ?? [])
  }
}
