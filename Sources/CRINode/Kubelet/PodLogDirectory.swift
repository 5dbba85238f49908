internal import CRIJSON
internal import CRISystem
internal import CRIYAML

/// The directory of kubelet's pod logs.
package enum PodLogDirectory {
  /// kubelet's default (KubeletConfiguration: `podLogsDir`).
  package static let standard = "/var/log/pods"

  /// Returns the default and the directory that kubelet's configuration sets instead.
  /// - Parameter root: A prefix for all paths, for tests.
  package static func all(root: String = "") -> [String] {
    let configured = KubeletReader.directories.compactMap { directory -> String? in
      guard let bytes = try? File.read("\(root)\(directory)/config.yaml", limit: 1 << 20) else { return nil }
      return (try? YAML.parse(bytes))?["podLogsDir"]?.stringValue
    }
    return ([standard] + configured.filter { $0.hasPrefix("/") }).map { root + $0 }
  }
}
