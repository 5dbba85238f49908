internal import CRIJSON
public import CRIProtobuf

/// What the runtime is configured to do for every pod, as its verbose status tells it. What it does not tell is nil.
public struct RuntimeSettings: Hashable, Sendable {
  /// A network of CNI's configuration.
  public struct Network: Hashable, Sendable {
    /// CNI: `name`.
    public var name: String
    /// What host-local gives addresses from; empty with another IPAM plugin.
    public var subnets: [Subnet]

    public init(name: String, subnets: [Subnet] = []) {
      self.name = name
      self.subnets = subnets
    }
  }

  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: String?
  /// What the pause process of each new pod runs. containerd 2 does not tell.
  public var pauseImage: String?
  /// Without the loopback. Only containerd tells.
  public var networks: [Network]?

  public init(cgroupDriver: String? = nil, pauseImage: String? = nil, networks: [Network]? = nil) {
    self.cgroupDriver = cgroupDriver
    self.pauseImage = pauseImage
    self.networks = networks
  }

  /// - Parameter info: CRI: `StatusResponse.info`, of a verbose answer.
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
  /// nil for the loopback that containerd adds itself.
  fileprivate init?(containerd config: JSON) {
    guard let name = config["Name"]?.stringValue, name != "cni-loopback" else { return nil }
    // The plugin's own text: what containerd made of it leaves the ranges out.
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
