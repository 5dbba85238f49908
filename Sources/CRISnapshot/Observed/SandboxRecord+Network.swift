extension SandboxRecord {
  /// The names of the interfaces that CNI created: as reported by the runtime, or else as cached by CNI, or else the
  /// default. Interfaces that the pod itself has created are not included, because many pods have a `docker0` with the
  /// same address.
  public var interfaceNames: Set<String> {
    let reported = facts.interfaces?.filter { !$0.sandbox.isEmpty && $0.name != "lo" && !$0.addresses.isEmpty }
    if let reported, !reported.isEmpty { return Set(reported.map(\.name)) }
    if let cached = observed?.cache?.value, !cached.isEmpty { return Set(cached.map(\.interface)) }
    return ["eth0"]
  }

  /// The addresses at which the pod is reachable, on the interfaces that CNI created; nil if they could not be read.
  public var realAddresses: [InterfaceAddress]? {
    let names = interfaceNames
    return observed?.interfaces?.value.map { interfaces in
      interfaces.filter { names.contains($0.name) }.flatMap(\.addresses).filter {
        !$0.isLinkLocal && !$0.address.isLoopback
      }
    }
  }

  /// The addresses in the CNI cache, in the order of the cache; nil if the cache could not be read.
  public var cachedAddresses: [String]? { observed?.cache?.value?.flatMap(\.addresses) }

  /// Whether the runtime's path points to a network namespace other than that of the pod's processes, so that the data
  /// read through the path does not belong to the pod. This is determined from the pause process, or from all
  /// containers if the sandbox has none.
  /// - Parameter containers: The sandbox's containers.
  package func isDiverted(_ containers: [ContainerRecord]) -> Bool {
    guard case .known(.alive(let id)) = observed?.namespace else { return false }
    func namespace(_ process: Observation<ObservedProcess>?) -> NamespaceID? {
      process?.value?.alive?.networkNamespace.value
    }
    if let own = namespace(observed?.process) { return own != id }
    let others = containers.compactMap { namespace($0.observed?.process) }
    return !others.isEmpty && !others.contains(id)
  }
}
