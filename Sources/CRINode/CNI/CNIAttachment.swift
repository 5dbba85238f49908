internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRIText

/// The data that libcni cached when it attached a pod to a network, reduced to what `CHECK` needs.
struct CNIAttachment: Hashable, Sendable {
  /// The network's configuration at that time; nil if the cache does not contain it.
  var network: CNINetwork?
  /// `CNI_ARGS`: `K=V;K=V`.
  var arguments: String
  /// The runtime's parameters for plugins that support them, by capability.
  var capabilities: JSON
  var result: JSON

  /// - Parameter path: The file's path, for error messages.
  init(_ bytes: [UInt8], _ path: String) throws(CNIFailure) {
    guard let root = try? JSON.parse(bytes), root.objectValue != nil else {
      throw .fault(.malformedCache(path: path))
    }
    // Before 2019, the file held only the result.
    guard root["kind"]?.stringValue == "cniCacheV1", let result = root["result"], result.objectValue != nil else {
      throw .unknown(UnknownReason(.cniResultForm, path: path))
    }
    network = root["config"]?.stringValue.flatMap { Base64.decode($0) }.flatMap { CNINetwork($0) }
    if network?.plugins.isEmpty == true || network?.name.isEmpty == true { network = nil }
    arguments = (root["cniArgs"]?.arrayValue ?? []).map { pair in
      (pair.arrayValue ?? []).compactMap(\.stringValue).joined(separator: "=")
    }.joined(separator: ";")
    capabilities = root["capabilityArgs"] ?? .null
    self.result = result
  }

  var hasAddress: Bool {
    result["ips"]?.arrayValue?.isEmpty == false || result["ip4"] != nil || result["ip6"] != nil
  }

  /// The standard input of one plugin: its own configuration and the previous result (CNI specification, section 4).
  func input(_ plugin: JSON, of network: CNINetwork) throws(CNIFailure) -> JSON {
    var input = plugin
    input["name"] = .string(network.name)
    input["cniVersion"] = .string(network.version)
    input["prevResult"] = try result(as: network.version)
    var runtimeConfig = JSONObject()
    for (capability, isOn) in plugin["capabilities"]?.objectValue ?? [:] where isOn.boolValue == true {
      if let value = capabilities[capability] { runtimeConfig[capability] = value }
    }
    if !runtimeConfig.isEmpty { input["runtimeConfig"] = .object(runtimeConfig) }
    return input
  }

  /// From 0.3.0 on, the versions of a result differ only in that, before 1.0.0, each address has a version field.
  private func result(as version: String) throws(CNIFailure) -> JSON {
    let resultVersion = result["cniVersion"]?.stringValue ?? ""
    if resultVersion == version { return result }
    guard !CNINetwork.numbers(resultVersion).lexicographicallyPrecedes([0, 3]) else {
      throw .unknown(UnknownReason(.cniResultVersion, path: version, message: resultVersion))
    }
    var result = result
    result["cniVersion"] = .string(version)
    let isOld = CNINetwork.numbers(version).lexicographicallyPrecedes([1])
    result["ips"] = result["ips"]?.arrayValue.map { addresses in
      .array(
        addresses.map { address in
          var address = address
          let isSix = address["address"]?.stringValue?.contains(":") == true
          address["version"] = isOld ? .string(isSix ? "6" : "4") : nil
          return address
        })
    }
    return result
  }
}
