internal import CRIJSON
internal import CRISystem
internal import CRIYAML

/// Where kubelet has the logs of its pods.
package enum PodLogDirectory {
  /// kubelet's default (KubeletConfiguration: `podLogsDir`).
  package static let standard = "/var/log/pods"

  /// The default, and what kubelet's configuration names instead of it.
  /// - Parameter root: a directory before all paths, for tests.
  package static func all(root: String = "") -> [String] {
    let configured = KubeletReader.folders.compactMap { folder -> String? in
      guard let bytes = try? File.read("\(root)\(folder)/config.yaml", limit: 1 << 20) else { return nil }
      return (try? YAML.parse(bytes))?["podLogsDir"]?.stringValue
    }
    return ([standard] + configured.filter { $0.hasPrefix("/") }).map { root + $0 }
  }
}
