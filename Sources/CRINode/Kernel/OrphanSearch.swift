internal import CRISnapshot
internal import CRISystem

/// Finds live processes of a runtime that do not belong to anything in its lists.
struct OrphanSearch: Sendable {
  let table: ProcessTable
  /// CRI: `VersionResponse.runtime_name`.
  let runtime: String
  /// The IDs of all sandboxes and containers that the runtime lists.
  let listed: Set<String>
  /// The IDs of the containers that have exited according to the runtime.
  let ended: Set<String>
  /// The IDs of the sandboxes that are not ready according to the runtime.
  var endedSandboxes: Set<String> = []
  /// Whether a path is the runtime's socket.
  let isOurSocket: @Sendable (String) -> Bool
  /// A time in clock ticks after boot. Later processes are ignored, because they may belong to objects that will soon
  /// be listed.
  let deadline: UInt64
  /// Whether a process can belong to the runtime: any user can start a process with a shim's name and arguments.
  var canBeOurs: @Sendable (Int32) -> Bool = { _ in true }
  /// The exit directory in the running CRI-O's configuration; nil if it is unknown.
  var exitDirectory: String?
  /// Whether a path of the runtime is a different file for a process, so that the process belongs to another runtime.
  var isForeign: @Sendable (Int32, String) -> Bool = { _, _ in false }

  /// The maximum size of `mountinfo` in bytes. A container has a few dozen mounts; its processes can add more.
  private static let maximumMounts = 1 << 20
  private static let defaultExitDirectories: Set<String> = ["/var/run/crio/exits", "/run/crio/exits"]

  func orphans() -> [Orphan] {
    let children = table.children()
    var orphans: [Orphan] = []
    for (pid, shim) in ownShims() {
      guard let entry = table.entries[pid], entry.isAlive else { continue }
      // CRI-O believes that the container has exited, because it queried a different OCI runtime, but the container
      // still runs.
      let isAlive = shim.kind == .conmon && ended.contains(shim.id) && children[pid] != nil
      if !listed.contains(shim.id) || isAlive {
        guard entry.startTime <= deadline else { continue }
        let kind: Orphan.Kind = shim.kind == .shim ? .shim : .conmon
        let processes = (children[pid] ?? []).map(\.pid)
        let pod = processes.lazy.compactMap { Self.podUID(in: table.cgroup(of: $0)) }.first
        // A shim has the processes of a whole pod.
        let container = kind == .conmon ? containerName(of: processes, in: pod) : nil
        orphans.append(
          Orphan(
            kind: kind, id: shim.id, pid: pid, startTime: entry.startTime, processes: processes, podUID: pod,
            container: container))
      } else if shim.kind == .shim {
        orphans += strays(children[pid] ?? [], under: pid)
      }
    }
    return orphans.sorted { ($0.startTime, $0.pid) < ($1.startTime, $1.pid) }
  }

  /// Returns the shims of this runtime, but not those of another containerd, of Docker or of Podman.
  private func ownShims() -> [Int32: ShimProcess] {
    // A socket may have several names, and the exit directory may have been changed since a conmon was started: the
    // shims of listed IDs show which ones are this runtime's.
    let known = table.shims.filter { listed.contains($0.value.id) && canBeOurs($0.key) }.values
    let addresses = Set(known.compactMap(\.address))
    let defaults = Self.defaultExitDirectories
    let configured = exitDirectory.map { defaults.contains($0) ? defaults : [$0] } ?? defaults
    let directories = configured.union(known.compactMap(\.exitDirectory))
    return table.shims.filter { pid, shim in
      guard canBeOurs(pid), shim.kind.belongs(to: runtime) else { return false }
      switch shim.kind {
      case .shim:
        guard shim.namespace == "k8s.io", let address = shim.address else { return false }
        return (addresses.contains(address) || isOurSocket(address)) && !isForeign(pid, address)
      case .conmon:
        guard let directory = shim.exitDirectory else { return false }
        return directories.contains(directory) && !isForeign(pid, directory)
      }
    }
  }

  /// Returns processes under the shim of a listed pod that belong to a container that is not listed, or that has ended
  /// according to the runtime: containerd believes this of every container if it is started with another state
  /// directory. Their cgroup shows to which container they belong.
  private func strays(_ children: [ProcessEntry], under shim: Int32) -> [Orphan] {
    var strays: [String: Orphan] = [:]
    for child in children where child.startTime <= deadline {
      let ids = Self.ids(in: table.cgroup(of: child.pid))
      if ids.isEmpty { continue }
      // If the node is itself a container, the path of every cgroup contains its ID.
      let outer = Self.ids(in: table.cgroup(of: shim))
      guard let id = ids.last(where: { !outer.contains($0) }) else { continue }
      guard listed.isDisjoint(with: ids) || ended.contains(id) || endedSandboxes.contains(id) else { continue }
      strays[
        id,
        default: Orphan(
          kind: .container, id: id, pid: child.pid, startTime: child.startTime,
          podUID: Self.podUID(in: table.cgroup(of: child.pid)))
      ].processes.append(child.pid)
    }
    return strays.values.map { stray in
      var stray = stray
      stray.container = containerName(of: stray.processes, in: stray.podUID)
      return stray
    }
  }

  /// Returns the name of the container of kubelet's to which processes belong. kubelet mounts a file below
  /// `pods/UID/containers/NAME` into each container, for its termination message.
  private func containerName(of processes: [Int32], in podUID: String?) -> String? {
    guard let podUID else { return nil }
    return processes.lazy.compactMap { pid in
      try? File.read("\(table.proc)/\(pid)/mountinfo", limit: Self.maximumMounts)
    }.compactMap { mounts in
      mounts.split(separator: UInt8(ascii: "\n")).lazy.compactMap { line -> String? in
        // proc_pid_mountinfo(5): the fourth field is the directory or file that is mounted.
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
        guard fields.count > 3 else { return nil }
        let path = String(decoding: fields[3], as: UTF8.self).split(separator: "/").suffix(5)
        let names = path.map(String.init)
        return names.count == 5 && names[0] == "pods" && names[1] == podUID && names[2] == "containers" ? names[3] : nil
      }.first
    }.first
  }

  /// Returns the UID of the pod in the path of a cgroup that kubelet has created, such as `/kubepods/podUID/ID`, or
  /// `kubepods-podUID.slice` with underscores in the UID; nil if the path contains no pod.
  static func podUID(in path: String?) -> String? {
    for name in (path ?? "").split(separator: "/").reversed() {
      let isSlice = name.hasSuffix(".slice")
      let last = isSlice ? name.dropLast(6).split(separator: "-").last ?? "" : name
      guard last.hasPrefix("pod"), last.utf8.count > 3 else { continue }
      let uid = last.dropFirst(3)
      return isSlice ? String(uid.map { $0 == "_" ? "-" : $0 }) : String(uid)
    }
    return nil
  }

  /// Returns everything that looks like a runtime's ID: 64 hexadecimal digits, as in `/kubepods/pod7/ID` or
  /// `cri-containerd-ID.scope`.
  static func ids(in path: String?) -> [String] {
    guard let path else { return [] }
    return path.utf8.split {
      !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0)
    }
    .filter { $0.count == 64 }.map { String($0) ?? "" }
  }
}

extension ShimProcess.Kind {
  /// Whether a runtime could have started such a process. A node may have both containerd and CRI-O.
  fileprivate func belongs(to runtime: String) -> Bool {
    switch runtime {
    case "containerd": self == .shim
    case "cri-o": self == .conmon
    default: true
    }
  }
}
