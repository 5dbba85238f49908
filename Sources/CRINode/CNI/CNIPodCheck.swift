internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Checks one pod's network as CRI-O does when it starts (ocicni's `GetPodNetworkStatus`).
struct CNIPodCheck: Sendable {
  /// The only interface that CRI-O checks.
  private static let interface = "eth0"

  let plugins: CNIPlugins
  /// The directory of libcni's cache.
  let results: String
  /// The name of the network that CRI-O checks.
  let network: String
  /// The configuration to use if the cache has none.
  let onDisk: Result<CNINetwork, CNIFailure>

  func run(_ pod: SandboxRecord, _ namespace: NamespaceReader.Observations) -> NetworkCheck {
    do throws(CNIFailure) {
      try check(pod, namespace)
      return NetworkCheck()
    } catch {
      return NetworkCheck(error, of: [pod])
    }
  }

  func check(_ pod: SandboxRecord, _ namespace: NamespaceReader.Observations) throws(CNIFailure) {
    guard let path = pod.facts.networkNamespace else {
      throw .unknown(UnknownReason(.namespaceNotReported, object: .pod(pod)))
    }
    let inside: [ObservedInterface]
    switch (namespace.namespace, namespace.interfaces) {
    case (.known(.alive), .known(let interfaces)?): inside = interfaces
    case (.known(.alive), .unknown(let reason)?), (.unknown(let reason), _): throw .unknown(reason)
    // Another rule reports a missing namespace.
    default: return
    }
    guard inside.first(where: { $0.name == "lo" })?.isUp == true else { throw .fault(.loopbackDown) }
    let file = "\(results)/\(network)-\(pod.id)-\(Self.interface)"
    guard let bytes = try read(file) else {
      // Without a cached result, CHECK cannot pass; networks without CHECK only need an address in the pod.
      let podInterface = inside.first { $0.name == Self.interface }
      if try onDisk.get().supportsCheck || podInterface?.addresses.contains(where: { !$0.isLinkLocal }) != true {
        throw .fault(.noResult(network: network))
      }
      return
    }
    let attachment = try CNIAttachment(bytes, file)
    let configuration = if let cached = attachment.network { cached } else { try onDisk.get() }
    guard attachment.hasAddress || pod.ip.isEmpty else { throw .fault(.noAddress) }
    guard configuration.supportsCheck else { return }
    try plugins.check(configuration, attachment, id: pod.id, namespace: path, interface: Self.interface)
  }

  /// - Returns: nil if the file is missing.
  private func read(_ path: String) throws(CNIFailure) -> [UInt8]? {
    do throws(FileError) {
      return try File.read(path, limit: 1 << 20)
    } catch {
      if error == .noSuchFile { return nil }
      throw .unknown(UnknownReason(error, path))
    }
  }
}
