internal import CRIJSON
public import CRIProtobuf

/// The settings in the runtime's verbose status that apply to all pods. A setting that is not reported is nil.
public struct RuntimeSettings: Hashable, Sendable {
  /// A network in the CNI configuration.
  public struct Network: Hashable, Sendable {
    /// CNI: `name`.
    public var name: String
    /// The ranges from which host-local assigns addresses; empty if a different IPAM plugin is used.
    public var subnets: [Subnet]

    /// Creates a value with the given properties.
    public init(name: String, subnets: [Subnet] = []) {
      self.name = name
      self.subnets = subnets
    }
  }

  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: String?
  /// The image of each new pod's pause process. containerd 2 does not report it.
  public var pauseImage: String?
  /// The networks, except the loopback network. Only containerd reports them.
  public var networks: [Network]?

  /// Creates a value with the given properties.
  public init(cgroupDriver: String? = nil, pauseImage: String? = nil, networks: [Network]? = nil) {
    self.cgroupDriver = cgroupDriver
    self.pauseImage = pauseImage
    self.networks = networks
  }

  /// - Parameter info: CRI: `StatusResponse.info` of a verbose response.
  public init(info: StringMap) {
    let config = info["config"].flatMap { try? JSON.parse($0) }
    let engine = config?["containerd"]
    let runtime = engine?["runtimes"]?[engine?["defaultRuntimeName"]?.stringValue ?? ""]
    let isSystemd = runtime?["options"]?["SystemdCgroup"]?.boolValue ?? config?["systemdCgroup"]?.boolValue
    cgroupDriver =
      isSystemd.map { $0 ? "systemd" : "cgroupfs" } ?? config?["crio"]?["CgroupManagerName"]?.nonEmptyString
    pauseImage = config?["sandboxImage"]?.nonEmptyString
    let cni = info["cniconfig"].flatMap { try? JSON.parse($0) }
    networks = cni?["Networks"]?.arrayValue?.compactMap { Network(containerd: $0["Config"] ?? .null) }
  }
}

extension RuntimeSettings.Network {
  /// Returns nil for the loopback network, which containerd adds itself.
  fileprivate init?(containerd config: JSON) {
    guard let name = config["Name"]?.stringValue, name != "cni-loopback" else { return nil }
    // This is the plugin's original configuration, because containerd's parsed form lacks the ranges.
    let plugins = config["Plugins"]?.arrayValue?.compactMap { plugin in
      plugin["Source"]?.stringValue.flatMap { try? JSON.parse($0) }
    }
    let ipams = (plugins ?? []).compactMap { $0["ipam"] }.filter { $0["type"]?.stringValue == "host-local" }
    let ranges = ipams.flatMap { ipam in
      [ipam] + (ipam["ranges"]?.arrayValue ?? []).flatMap { $0.arrayValue ?? [] }
    }
    self.init(name: name, subnets: ranges.compactMap { $0["subnet"]?.stringValue.flatMap { Subnet($0) } })
  }
}

extension RuntimeSettings {
  var json: JSON {
    var object: JSONObject = [
      "cgroupDriver": JSON(optional: cgroupDriver), "pauseImage": JSON(optional: pauseImage),
    ]
    object["networks"] = networks.map { networks in
      .array(
        networks.map { ["name": .string($0.name), "subnets": .array($0.subnets.map { .string("\($0)") })] })
    }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      cgroupDriver: try reader.optional("cgroupDriver", \.stringValue),
      pauseImage: try reader.optional("pauseImage", \.stringValue),
      networks: try reader.optionalMember("networks") { (items) throws(SnapshotError) in
        try items.elements { (network) throws(SnapshotError) in
          let subnets = try network.strings("subnets").map { Subnet($0) }
          guard !subnets.contains(nil) else { throw network.malformed("subnets") }
          return Network(name: try network.string("name"), subnets: subnets.compactMap { $0 })
        }
      })
  }
}
