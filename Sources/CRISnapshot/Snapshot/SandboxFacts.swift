package import CRIJSON
public import CRIProtobuf

/// What the verbose response contains about a sandbox beyond its status, in one form for all runtimes.
public struct SandboxFacts: Hashable, Sendable {
  /// The pause process; nil if the sandbox has none (CRI-O removes it) or if the runtime does not report it.
  public var pid: Int32?
  /// The path of the network namespace; nil if the pod uses the host's network.
  public var networkNamespace: String?
  /// Whether the runtime reports that this namespace is gone. Only containerd does.
  public var isNetworkNamespaceClosed: Bool?
  /// The CNI result, sorted by name; nil if the runtime has none.
  public var interfaces: [NetworkInterface]?
  /// The handler from CRI-O's annotation, because CRI-O's status does not contain it.
  public var runtimeHandler: String?
  /// The name under which the pause image was pulled. Only containerd reports it.
  public var pauseImage: String?
  /// Whether containerd up to 2.0 timed out waiting for the shim to report the pause process's state; newer versions
  /// respond with an error.
  public var isShimSilent: Bool

  /// Whether it is known that there is no pause process: only CRI-O reports this handler, and it reports every pause
  /// process.
  package var hasNoPause: Bool { pid == nil && runtimeHandler != nil }

  /// Creates a value with the given properties.
  public init(
    pid: Int32? = nil, networkNamespace: String? = nil, isNetworkNamespaceClosed: Bool? = nil,
    interfaces: [NetworkInterface]? = nil, runtimeHandler: String? = nil, pauseImage: String? = nil,
    isShimSilent: Bool = false
  ) {
    self.pid = pid
    self.networkNamespace = networkNamespace
    self.isNetworkNamespaceClosed = isNetworkNamespaceClosed
    self.interfaces = interfaces
    self.runtimeHandler = runtimeHandler
    self.pauseImage = pauseImage
    self.isShimSilent = isShimSilent
  }
}

/// One interface of a CNI result.
public struct NetworkInterface: Hashable, Sendable {
  /// The name of the interface.
  public var name: String
  /// The hardware address; empty if the interface has none.
  public var mac: String
  /// The path of the namespace that contains it; empty for an interface on the host.
  public var sandbox: String
  /// Addresses without prefix length, in the order of the CNI result.
  public var addresses: [String]

  /// Creates a value with the given properties.
  public init(name: String, mac: String, sandbox: String, addresses: [String]) {
    self.name = name
    self.mac = mac
    self.sandbox = sandbox
    self.addresses = addresses
  }
}

extension SandboxFacts {
  /// The members of the verbose response that are read.
  private static let members: Set = [
    "pid", "netNamespaceClosed", "image", "processStatus", "runtimeSpec", "sandboxMetadata", "cniResult",
  ]

  /// Reads a verbose response of containerd 1.3 and later, or of CRI-O.
  /// - Parameter info: CRI: `PodSandboxStatusResponse.info`; both runtimes store a JSON text under the key `info`.
  /// - Returns: nil if the text is not JSON.
  public init?(info: StringMap) {
    self.init()
    guard let text = info["info"], !text.isEmpty else { return }
    guard let root = try? JSON.parse(text, members: Self.members) else { return nil }
    // 0 means no process.
    pid = root["pid"]?.intValue.flatMap { Int32(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
    isNetworkNamespaceClosed = root["netNamespaceClosed"]?.boolValue
    pauseImage = root["image"]?.nonEmptyString
    isShimSilent = root["processStatus"]?.stringValue == "unknown"
    let spec = root["runtimeSpec"]
    let network = spec?["linux"]?["namespaces"]?.arrayValue?.first { $0["type"]?.stringValue == "network" }
    // With user namespaces, the path is not in the runtime's specification, but in containerd's metadata.
    networkNamespace =
      network?["path"]?.nonEmptyString ?? root["sandboxMetadata"]?["Metadata"]?["NetNSPath"]?.nonEmptyString
    interfaces = Self.interfaces(ofContainerd: root["cniResult"])
    if let annotations = spec?["annotations"] {
      runtimeHandler = annotations["io.kubernetes.cri-o.RuntimeHandler"]?.stringValue
      if let text = annotations["io.kubernetes.cri-o.CNIResult"]?.nonEmptyString,
        let result = try? JSON.parse(text)
      {
        interfaces = Self.interfaces(ofCNI: result)
      }
    }
  }

  /// Reads containerd's own format, a map keyed by interface, and ignores newer keys.
  package static func interfaces(ofContainerd result: JSON?) -> [NetworkInterface]? {
    result?["Interfaces"]?.objectValue?.map { name, value in
      NetworkInterface(
        name: name, mac: value["Mac"]?.stringValue ?? "", sandbox: value["Sandbox"]?.stringValue ?? "",
        addresses: value["IPConfigs"]?.arrayValue?.compactMap { $0["IP"]?.stringValue } ?? [])
    }.sorted { $0.name < $1.name }
  }

  /// Reads the format of CNI 0.3 and later: a list of interfaces, and a list of addresses that refer to it by index.
  private static func interfaces(ofCNI result: JSON) -> [NetworkInterface]? {
    let ips = result["ips"]?.arrayValue ?? []
    return result["interfaces"]?.arrayValue?.enumerated().map { index, value in
      let own = ips.filter { $0["interface"]?.intValue == Int64(index) }
      return NetworkInterface(
        name: value["name"]?.stringValue ?? "", mac: value["mac"]?.stringValue ?? "",
        sandbox: value["sandbox"]?.stringValue ?? "",
        addresses: own.compactMap {
          ($0["address"]?.stringValue?.split(separator: "/").first).map(String.init)
        })
    }.sorted { $0.name < $1.name }
  }
}

extension JSON {
  var nonEmptyString: String? { stringValue.flatMap { $0.isEmpty ? nil : $0 } }
}

extension ContainerRecord {
  /// Reads the pid from a verbose response; nil if the runtime reports none.
  public static func pid(info: StringMap) -> Int32? {
    guard let text = info["info"], let root = try? JSON.parse(text, members: ["pid"]),
      let pid = root["pid"]?.intValue, pid > 0
    else {
      return nil
    }
    return Int32(exactly: pid)
  }
}
