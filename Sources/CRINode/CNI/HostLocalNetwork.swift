internal import CRIDoctor
internal import CRIJSON
internal import CRISnapshot

/// A network whose addresses are assigned by the plugin host-local.
struct HostLocalNetwork: Hashable, Sendable {
  var pools: [AddressPool]
  var name: String
  /// The directory of the leases of all networks; nil for the default.
  var directory: String?

  /// - Parameter plugins: The configurations of the network's plugins.
  /// - Returns: nil if something else assigns the addresses.
  init?(name: String, plugins: [JSON]) {
    let ipams = plugins.compactMap { $0["ipam"] }.filter { $0["type"]?.stringValue == "host-local" }
    guard let ipam = ipams.first, !name.isEmpty, !name.contains("/") else { return nil }
    self.name = name
    directory = ipam["dataDir"]?.stringValue.flatMap { $0.hasPrefix("/") ? $0 : nil }
    let ranges = [ipam] + (ipam["ranges"]?.arrayValue ?? []).flatMap { $0.arrayValue ?? [] }
    pools = ranges.compactMap { range in
      range["subnet"]?.stringValue.flatMap { Subnet($0) }.map { subnet in
        AddressPool(
          network: name, subnet: subnet, first: range["rangeStart"]?.stringValue.flatMap { IPAddress($0) },
          last: range["rangeEnd"]?.stringValue.flatMap { IPAddress($0) })
      }
    }
  }

  /// The networks that containerd has loaded.
  /// - Parameter cni: CRI: `StatusResponse.info["cniconfig"]`.
  static func all(inContainerd cni: JSON) -> Observation<[HostLocalNetwork]> {
    guard let networks = cni["Networks"]?.arrayValue else {
      return .unknown(UnknownReason(.notReported, setting: .networkDirectory))
    }
    return .known(
      networks.compactMap { network in
        let config = network["Config"]
        // This is the plugin's original configuration, because containerd's parsed form lacks the ranges.
        let plugins = (config?["Plugins"]?.arrayValue ?? []).compactMap { plugin in
          plugin["Source"]?.stringValue.flatMap { try? JSON.parse($0) }
        }
        return HostLocalNetwork(name: config?["Name"]?.stringValue ?? "", plugins: plugins)
      })
  }
}
