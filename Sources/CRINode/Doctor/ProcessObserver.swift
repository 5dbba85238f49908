internal import CRIDoctor
internal import CRISnapshot
internal import CRISystem

/// Observes the processes of a runtime, its shims and their containers.
struct ProcessObserver: Sendable {
  /// The time between two observations of a process that is in uninterruptible sleep, which is normal for a moment.
  private static let interval = Duration.milliseconds(300)
  /// The maximum depth of a container's process tree that is searched.
  private static let maximumDepth = 64
  /// The maximum number of the runtime's threads that are examined; a Go program ends at 10,000.
  private static let maximumThreads = 2000

  let daemon: Daemon
  let listed: Set<String>
  let paths: NodePaths

  struct Observed: Hashable, Sendable {
    var daemon: Observation<DaemonProcess>
    var shims: Observation<[RunningProcess]>
    var blocked: Observation<[RunningProcess]>
  }

  func read() -> Observed {
    let view = NodeView(daemon: daemon.pid, paths: paths)
    switch view.processes() {
    case .unknown(let reason):
      return Observed(daemon: .unknown(reason), shims: .unknown(reason), blocked: .unknown(reason))
    case .known(let table):
      let own = table.shims.filter { pid, shim in
        listed.contains(shim.id) && ProcessTrust.belongs(pid, to: daemon.pid, proc: paths.proc)
      }
      let shims = own.compactMap { pid, shim in table.entries[pid].map { process($0, id: shim.id) } }
      return Observed(
        daemon: daemonProcess(table), shims: .known(shims.sorted { $0.pid < $1.pid }),
        blocked: .known(blocked(table, own.mapValues(\.id))))
    }
  }

  private func process(_ entry: ProcessEntry, id: String?) -> RunningProcess {
    RunningProcess(
      pid: entry.pid, name: entry.name, state: entry.state, waitChannel: waitChannel(of: entry.pid), id: id)
  }

  /// The kernel function in which a process waits (proc_pid_wchan(5)): `0` if it runs, or if the kernel hides it.
  private func waitChannel(of pid: Int32) -> String? {
    guard let bytes = try? File.readShort("\(paths.proc)/\(pid)/wchan") else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.isEmpty || text == "0" ? nil : text
  }

  // MARK: The runtime

  private func daemonProcess(_ table: ProcessTable) -> Observation<DaemonProcess> {
    guard let pid = daemon.pid, let entry = table.entries[pid] else {
      return .unknown(UnknownReason(.daemonNotVisible))
    }
    do throws(FileError) {
      let status = try File.readShort("\(paths.proc)/\(pid)/status")
      let threads = Self.field("Threads:", in: status).flatMap { Int($0) } ?? 0
      let limits = try File.readShort("\(paths.proc)/\(pid)/limits")
      let limit = Self.field("Max open files", in: limits)?.split(separator: " ").first.flatMap { Int($0) }
      let ticks = Kernel.ticks
      let age = ticks > entry.startTime ? ticks - entry.startTime : 0
      return .known(
        DaemonProcess(
          state: entry.state, age: .milliseconds(Int64(age * 1000 / Kernel.ticksPerSecond)), threads: threads,
          openFiles: openFiles(of: pid), openFileLimit: limit))
    } catch {
      return .unknown(UnknownReason(error, "\(paths.proc)/\(pid)"))
    }
  }

  private func openFiles(of pid: Int32) -> Observation<Int> {
    let path = "\(paths.proc)/\(pid)/fd"
    do throws(FileError) { return .known(try Directory.names(at: path).count) } catch {
      return .unknown(UnknownReason(error, path))
    }
  }

  /// The text after a label at the beginning of a line.
  private static func field(_ label: String, in bytes: [UInt8]) -> String? {
    let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: label.utf8) }
    return line.map { line in
      let text = String(decoding: line.dropFirst(label.utf8.count), as: UTF8.self)
      return String(text.drop { $0 == " " || $0 == "\t" })
    }
  }

  // MARK: Uninterruptible sleep

  private func blocked(_ table: ProcessTable, _ shims: [Int32: String]) -> [RunningProcess] {
    let waiting = table.entries.values.filter { $0.state == "D" }.compactMap { entry -> (ProcessEntry, String?)? in
      if entry.pid == daemon.pid { return (entry, nil) }
      return owner(of: entry, in: table, shims).map { (entry, $0) }
    }
    let threads = blockedThreads()
    guard !waiting.isEmpty || !threads.isEmpty else { return [] }
    Thread.sleep(Self.interval)
    let stillBlocked = blockedThreads().intersection(threads).sorted().prefix(1).compactMap { thread in
      table.entries[daemon.pid ?? 0].map { entry in
        RunningProcess(
          pid: thread, name: entry.name, state: "D", waitChannel: waitChannel(of: thread), id: nil)
      }
    }
    // The main thread is one of the threads.
    let isMainBlocked = waiting.contains { $0.0.pid == daemon.pid }
    return (isMainBlocked ? [] : stillBlocked)
      + waiting.compactMap { first, id in
        guard let stat = try? File.readShort("\(paths.proc)/\(first.pid)/stat"), let second = ProcessEntry(stat: stat),
          second.state == "D", second.startTime == first.startTime
        else { return nil }
        return process(second, id: id)
      }.sorted { $0.pid < $1.pid }
  }

  /// The threads of the runtime in uninterruptible sleep. The state of a process is only that of its main thread, which
  /// in a Go program rarely does I/O.
  private func blockedThreads() -> Set<Int32> {
    guard let pid = daemon.pid, let names = try? Directory.names(at: "\(paths.proc)/\(pid)/task") else { return [] }
    return Set(
      names.prefix(Self.maximumThreads).compactMap { Int32($0) }.filter { thread in
        let stat = try? File.readShort("\(paths.proc)/\(pid)/task/\(thread)/stat")
        return stat.flatMap { ProcessEntry(stat: $0) }?.state == "D"
      })
  }

  /// The ID of the shim that is the process itself or one of its ancestors.
  private func owner(of entry: ProcessEntry, in table: ProcessTable, _ shims: [Int32: String]) -> String? {
    var pid = entry.pid
    for _ in 0..<Self.maximumDepth {
      if let id = shims[pid] { return id }
      guard let parent = table.entries[pid]?.parent, parent > 1 else { return nil }
      pid = parent
    }
    return nil
  }
}
