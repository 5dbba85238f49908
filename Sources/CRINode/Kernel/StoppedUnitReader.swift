internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Finds out what systemd ends when it stops the daemon's unit (systemd.kill(5)).
struct StoppedUnitReader {
  let files: NodeFiles
  let table: ProcessTable

  /// - Returns: nil if the daemon is not in a unit, or if systemd ends only the daemon.
  func read(_ daemon: Int32) -> StoppedUnit? {
    guard let cgroup = systemdCgroup(of: daemon), let name = cgroup.split(separator: "/").last.map(String.init),
      name.hasSuffix(".service")
    else { return nil }
    var unit = UnitFiles(files)
    let settings = unit.settings(of: name)
    // A unit without files was created with systemd-run, or its files are not visible.
    if settings.isEmpty { return nil }
    let value = settings.last { $0.key == "KillMode" }?.value.prefix { !$0.isWhitespace } ?? ""
    let killMode = value.isEmpty ? "control-group" : String(value)
    guard ["control-group", "mixed"].contains(killMode) else { return nil }
    let supervised = table.shims.filter { pid, _ in
      systemdCgroup(of: pid).map { $0 == cgroup || $0.hasPrefix("\(cgroup)/") } ?? false
    }
    return StoppedUnit(name: name, killMode: killMode, supervised: Set(supervised.values.map(\.id)))
  }

  /// The path in systemd's hierarchy, or in version 2.
  private func systemdCgroup(of pid: Int32) -> String? {
    guard let bytes = try? File.readShort("\(table.proc)/\(pid)/cgroup") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }.filter { $0.count == 3 }
    let line = lines.first { $0[1] == "name=systemd" } ?? lines.first { $0[1].isEmpty }
    return line.map { String($0[2]) }
  }
}
