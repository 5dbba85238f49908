internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// What a CRI-O that starts asks after one pod (ocicni's `GetPodNetworkStatus`).
struct CNIPodCheck: Sendable {
  /// CRI-O's name for the only interface that it asks after.
  private static let interface = "eth0"

  let plugins: CNIPlugins
  /// libcni's cache.
  let results: String
  /// The name of the network that CRI-O asks after.
  let network: String
  /// What counts where the cache has no configuration.
  let onDisk: Result<CNINetwork, CNIFailure>

  func run(_ pod: SandboxRecord, _ namespace: NamespaceReader.Answer) -> NetworkCheck {
    do throws(CNIFailure) {
      try check(pod, namespace)
      return NetworkCheck()
    } catch {
      return NetworkCheck(error, of: [pod])
    }
  }

  func check(_ pod: SandboxRecord, _ namespace: NamespaceReader.Answer) throws(CNIFailure) {
    guard let path = pod.facts.networkNamespace else {
      throw .unknown(UnknownReason(.namespaceNotReported, object: .pod(pod)))
    }
    let inside: [ObservedInterface]
    switch (namespace.namespace, namespace.interfaces) {
    case (.known(.alive), .known(let interfaces)?): inside = interfaces
    case (.known(.alive), .unknown(let reason)?), (.unknown(let reason), _): throw .unknown(reason)
    // That the namespace is gone is another rule's finding.
    default: return
    }
    guard inside.first(where: { $0.name == "lo" })?.isUp == true else { throw .fault(.loopbackDown) }
    let file = "\(results)/\(network)-\(pod.id)-\(Self.interface)"
    guard let bytes = try read(file) else {
      // Without a result CHECK cannot pass; what is older than it looks into the pod.
      let own = inside.first { $0.name == Self.interface }
      if try onDisk.get().isChecked || own?.addresses.contains(where: { !$0.isLinkLocal }) != true {
        throw .fault(.noResult(network: network))
      }
      return
    }
    let attachment = try CNIAttachment(bytes, file)
    let made = if let kept = attachment.network { kept } else { try onDisk.get() }
    guard attachment.hasAddress || pod.ip.isEmpty else { throw .fault(.noAddress) }
    if made.isChecked { try plugins.check(made, attachment, id: pod.id, namespace: path, interface: Self.interface) }
  }

  /// - Returns: nil where there is none.
  private func read(_ path: String) throws(CNIFailure) -> [UInt8]? {
    do throws(FileError) {
      return try File.read(path, limit: 1 << 20)
    } catch {
      if error == .noSuchFile { return nil }
      throw .unknown(UnknownReason(error, path))
    }
  }
}
