extension SandboxRecord {
  /// The names of the interfaces that CNI gave the pod: the runtime's word, else CNI's own, else the usual one. A pod may
  /// make others by itself, which say nothing of it: many a pod has a `docker0` with the same address as the next.
  public var interfaceNames: Set<String> {
    let told = facts.interfaces?.filter { !$0.sandbox.isEmpty && $0.name != "lo" && !$0.addresses.isEmpty }
    if let told, !told.isEmpty { return Set(told.map(\.name)) }
    if let cached = observed?.cache?.value, !cached.isEmpty { return Set(cached.map(\.interface)) }
    return ["eth0"]
  }

  /// The addresses that the pod can really be reached by, on CNI's interfaces; nil where nobody could look.
  public var realAddresses: [InterfaceAddress]? {
    let names = interfaceNames
    return observed?.interfaces?.value.map { interfaces in
      interfaces.filter { names.contains($0.name) }.flatMap(\.addresses).filter {
        !$0.isLinkLocal && !$0.address.isLoopback
      }
    }
  }

  /// What CNI wrote down, in its order; nil where it could not be read.
  public var cachedAddresses: [String]? { observed?.cache?.value?.flatMap(\.addresses) }

  /// Whether the runtime's path leads to another network namespace than its processes live in, so that what was read
  /// through the path is not the pod's: by the pause process, or by all containers' where there is none.
  /// - Parameter containers: the sandbox's own.
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
