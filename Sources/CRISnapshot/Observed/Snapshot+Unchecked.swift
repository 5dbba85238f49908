extension Snapshot {
  /// What the readings of the truth could not read, a line for each source and reason however many objects it concerns.
  public var unreadTruth: [Unread] {
    var reasons: [(source: String, reason: UnreadReason)] = []
    func add<Value>(_ source: String, _ reading: Reading<Value>?) {
      if let reason = reading?.reason { reasons.append((source, reason)) }
    }
    for sandbox in sandboxes {
      add("network namespaces of pods", sandbox.truth?.namespace)
      add("interfaces of pods", sandbox.truth?.interfaces)
      add("processes of pods", sandbox.truth?.process)
      if let facts = sandbox.truth?.process?.value?.alive {
        add("network namespaces of processes", facts.networkNamespace)
      }
      add("CNI results of pods", sandbox.truth?.cache)
      add("host-local leases of pods", sandbox.truth?.leases)
    }
    for container in containers {
      add("processes of containers", container.truth?.process)
      add("log files of containers", container.truth?.hasLog)
      add("processes started in containers", container.truth?.exec)
      if let facts = container.truth?.process?.value?.alive {
        add("network namespaces of processes", facts.networkNamespace)
      }
    }
    add("orphaned processes", truth?.orphans)
    add("OCI runtimes", truth?.ociRuntimes)
    // Of its processes speaks the line on the runtime's.
    add("kubelet's pod folders", truth?.kubelet?.podFolders)
    add("kubelet's static pods", truth?.kubelet?.staticPods)
    for runtime in truth?.ociRuntimes?.value ?? [] { add("version of \(runtime.path)", runtime.version) }

    var order: [Unread] = []
    var counts: [Unread: Int] = [:]
    for (source, reason) in reasons {
      let line = Unread(what: source, why: reason.words)
      if counts[line] == nil { order.append(line) }
      counts[line, default: 0] += 1
    }
    return order.map { line in
      let count = counts[line] ?? 1
      return count == 1 ? line : Unread(what: line.what, why: "\(line.why) (\(count) times)")
    }
  }
}
