internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

extension KubeletConfiguration {
  /// The endpoint of the containerd that k3s starts for its kubelet.
  private static let k3sEndpoint = "unix:///run/k3s/containerd/containerd.sock"

  init(_ settings: KubeletSettings, _ files: NodeFiles, asked endpoint: Endpoint) {
    if let reason = settings.unknownReason {
      self.init(cgroupDriver: .unknown(reason), endpoint: .unknown(reason))
      return
    }
    let named = Self.endpoint(settings)
    self.init(
      cgroupDriver: Self.driver(settings), endpoint: named,
      usesOurEndpoint: (named.value ?? nil).map { Self.isSame($0, endpoint, files) } ?? true)
  }

  private static func driver(_ settings: KubeletSettings) -> Observation<String> {
    switch settings.setting(flag: "cgroup-driver", key: "cgroupDriver") {
    case .unknown(let reason): return .unknown(reason)
    case .known(let setting):
      switch setting?.value.stringValue {
      case let driver? where ["systemd", "cgroupfs"].contains(driver): return .known(driver)
      case "": return .known("cgroupfs")
      case nil where setting == nil:
        if let process = settings.process, process.isEmbedded {
          return .unknown(UnknownReason(.kubeletEmbedded, message: process.name))
        }
        // kubelet's default.
        return .known("cgroupfs")
      default:
        return .unknown(
          UnknownReason(.invalidCgroupDriver, path: setting?.location, message: setting?.value.text() ?? ""))
      }
    }
  }

  /// The endpoint; nil if none is configured.
  private static func endpoint(_ settings: KubeletSettings) -> Observation<String?> {
    switch settings.setting(flag: "container-runtime-endpoint", key: "containerRuntimeEndpoint") {
    // If the flags do not set an endpoint, a file that could not be read is reported only once, for the cgroup driver.
    case .unknown: return .known(nil)
    case .known(nil):
      // k3s has a flag of the same name.
      guard let process = settings.process, process.isK3s, !settings.embeddingFlags.contains("docker") else {
        return .known(nil)
      }
      return .known(settings.embeddingFlags["container-runtime-endpoint"] ?? k3sEndpoint)
    case .known(let setting?):
      guard let text = setting.value.stringValue else {
        return .unknown(UnknownReason(.invalidEndpoint, path: setting.location, message: setting.value.text()))
      }
      return .known(text.isEmpty ? nil : text)
    }
  }

  private static func isSame(_ text: String, _ endpoint: Endpoint, _ files: NodeFiles) -> Bool {
    guard let other = try? Endpoint(text) else { return false }
    // `/var/run` is a link to `/run` on nearly every node, and the node's files may not be visible to us.
    func plain(_ path: String) -> String { path.hasPrefix("/var/run/") ? String(path.dropFirst(4)) : path }
    return plain(other.path) == plain(endpoint.path) || files.isSame(other.path, asLocal: endpoint.path)
  }
}
