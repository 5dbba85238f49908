internal import CRI
internal import CRIJSON
internal import CRIState
internal import CRISystem
internal import CRIYAML

extension KubeletConfiguration {
  private static let directory = "/var/lib/kubelet"

  /// Reads kubelet's configuration, and the flags that kubeadm gives it, which come before it.
  init(_ files: NodeFiles, asked endpoint: Endpoint) {
    let configuration = Self.configuration(files)
    let flags = Self.flags(files)
    if case .unknown(let why) = configuration, flags.isEmpty {
      self.init(cgroupDriver: .unknown(why), endpoint: .unknown(why))
      return
    }
    // kubelet's own default.
    let driver = configuration.map { $0["cgroupDriver"]?.stringValue ?? "cgroupfs" }
    let named = flags["--container-runtime-endpoint"] ?? configuration.value?["containerRuntimeEndpoint"]?.stringValue
    let used = named.flatMap { $0.isEmpty ? nil : $0 }
    self.init(
      cgroupDriver: flags["--cgroup-driver"].map { .known($0) } ?? driver, endpoint: .known(used),
      usesOurEndpoint: used.map { Self.isSame($0, endpoint, files) } ?? true)
  }

  private static func configuration(_ files: NodeFiles) -> Evidence<JSON> {
    let path = "\(directory)/config.yaml"
    do {
      return .known(try YAML.parse(try files.read(path)))
    } catch let error as Errno where error == .noSuchFile {
      return .unknown("there is no \(path): kubelet is configured elsewhere, or not on this node")
    } catch {
      return .unknown("\(path): \(error)")
    }
  }

  /// `KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///… --x=y"`; none where there is no such file.
  private static func flags(_ files: NodeFiles) -> [String: String] {
    let text = (try? files.text("\(directory)/kubeadm-flags.env")) ?? ""
    var flags: [String: String] = [:]
    for word in text.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2, word.hasPrefix("--") { flags[String(parts[0])] = String(parts[1]) }
    }
    return flags
  }

  private static func isSame(_ text: String, _ endpoint: Endpoint, _ files: NodeFiles) -> Bool {
    guard let other = try? Endpoint(text) else { return false }
    // `/var/run` is `/run` nearly everywhere, also where we cannot see the node's files.
    func plain(_ path: String) -> String { path.hasPrefix("/var/run/") ? String(path.dropFirst(4)) : path }
    return plain(other.path) == plain(endpoint.path) || files.isSame(other.path, asOurs: endpoint.path)
  }
}
