internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem
internal import CRIYAML

extension KubeletConfiguration {
  private static let directory = "/var/lib/kubelet"

  /// Reads kubelet's configuration file, and kubeadm's flags for kubelet, which override it.
  init(_ files: NodeFiles, asked endpoint: Endpoint) {
    let configuration = Self.configuration(files)
    let flags = Self.flags(files)
    if case .unknown(let reason) = configuration, flags.isEmpty {
      self.init(cgroupDriver: .unknown(reason), endpoint: .unknown(reason))
      return
    }
    let driver = Self.driver(configuration, flags["--cgroup-driver"])
    let named = Self.endpoint(configuration, flags["--container-runtime-endpoint"])
    self.init(
      cgroupDriver: driver, endpoint: named,
      usesOurEndpoint: (named.value ?? nil).map { Self.isSame($0, endpoint, files) } ?? true)
  }

  private static func driver(_ configuration: Observation<JSON>, _ flag: String?) -> Observation<String> {
    let file = { (value: JSON) in value["cgroupDriver"].flatMap { $0.isNull ? nil : $0 } }
    let set: JSON
    switch (flag, configuration) {
    case (let flag?, _): set = .string(flag)
    case (nil, .known(let root)): set = file(root) ?? .string("")
    case (nil, .unknown(let reason)): return .unknown(reason)
    }
    switch set.stringValue {
    // kubelet's default.
    case "": return .known("cgroupfs")
    case let driver? where ["systemd", "cgroupfs"].contains(driver): return .known(driver)
    default:
      let location = flag == nil ? "\(directory)/config.yaml: cgroupDriver" : "--cgroup-driver"
      return .unknown(UnknownReason(.invalidCgroupDriver, path: location, message: set.text()))
    }
  }

  /// The endpoint; nil if none is configured.
  private static func endpoint(_ configuration: Observation<JSON>, _ flag: String?) -> Observation<String?> {
    if let flag, !flag.isEmpty { return .known(flag) }
    guard let set = configuration.value?["containerRuntimeEndpoint"], !set.isNull else { return .known(nil) }
    guard let text = set.stringValue else {
      let location = "\(directory)/config.yaml: containerRuntimeEndpoint"
      return .unknown(UnknownReason(.invalidEndpoint, path: location, message: set.text()))
    }
    return .known(text.isEmpty ? nil : text)
  }

  private static func configuration(_ files: NodeFiles) -> Observation<JSON> {
    let path = "\(directory)/config.yaml"
    do {
      return .known(try YAML.parse(try files.read(path)))
    } catch let error as FileError {
      return .unknown(
        error == .noSuchFile ? UnknownReason(.kubeletNotConfigured, path: path) : UnknownReason(error, path))
    } catch {
      return .unknown(UnknownReason(.malformed, path: path, message: "\(error)"))
    }
  }

  /// `KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///… --x=y"`; empty if the file is missing.
  private static func flags(_ files: NodeFiles) -> [String: String] {
    let text = (try? files.text("\(directory)/kubeadm-flags.env")) ?? ""
    var flags: [String: String] = [:]
    for argument in text.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      let parts = argument.split(separator: "=", maxSplits: 1)
      if parts.count == 2, argument.hasPrefix("--") { flags[String(parts[0])] = String(parts[1]) }
    }
    return flags
  }

  private static func isSame(_ text: String, _ endpoint: Endpoint, _ files: NodeFiles) -> Bool {
    guard let other = try? Endpoint(text) else { return false }
    // `/var/run` is a link to `/run` on nearly every node, and we may not see the node's files.
    func plain(_ path: String) -> String { path.hasPrefix("/var/run/") ? String(path.dropFirst(4)) : path }
    return plain(other.path) == plain(endpoint.path) || files.isSame(other.path, asOurs: endpoint.path)
  }
}
