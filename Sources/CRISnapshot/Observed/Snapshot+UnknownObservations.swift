extension Snapshot {
  /// The unknown observations: one entry for each source and reason, with the number of objects.
  public var unknownObservations: [Unchecked] {
    var found: [(subject: UncheckedSubject, reason: UnknownReason)] = []
    func add<Value>(_ subject: UncheckedSubject, _ observation: Observation<Value>?) {
      if let reason = observation?.reason { found.append((subject, reason)) }
    }
    func add<Value>(_ source: ObservedSource, _ observation: Observation<Value>?) {
      add(.source(source), observation)
    }
    for sandbox in sandboxes {
      add(.podNetworkNamespaces, sandbox.observed?.namespace)
      add(.podInterfaces, sandbox.observed?.interfaces)
      add(.podProcesses, sandbox.observed?.process)
      if let facts = sandbox.observed?.process?.value?.alive {
        add(.processNetworkNamespaces, facts.networkNamespace)
      }
      add(.cniResults, sandbox.observed?.cache)
      add(.hostLocalLeases, sandbox.observed?.leases)
    }
    for container in containers {
      add(.containerProcesses, container.observed?.process)
      add(.logFiles, container.observed?.hasLog)
      add(.execProbes, container.observed?.exec)
      if let facts = container.observed?.process?.value?.alive {
        add(.processNetworkNamespaces, facts.networkNamespace)
      }
    }
    add(.orphans, observed?.orphans)
    add(.ociRuntimes, observed?.ociRuntimes)
    // kubelet's processes are unknown for the same reason as the runtime's.
    add(.kubeletPodDirectories, observed?.kubelet?.podDirectories)
    add(.staticPods, observed?.kubelet?.staticPods)
    for runtime in observed?.ociRuntimes?.value ?? [] { add(.ociRuntimeVersion(runtime.path), runtime.version) }

    var entries: [Unchecked] = []
    var positions: [Unchecked: Int] = [:]
    for (subject, reason) in found {
      let entry = Unchecked(subject, reason)
      if let position = positions[entry] {
        entries[position].count += 1
      } else {
        positions[entry] = entries.count
        entries.append(entry)
      }
    }
    return entries
  }
}
