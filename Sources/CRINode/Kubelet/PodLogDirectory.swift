internal import CRIJSON
internal import CRISnapshot

/// The directory of kubelet's pod logs.
package enum PodLogDirectory {
  /// kubelet's default (KubeletConfiguration: `podLogsDir`).
  package static let standard = "/var/log/pods"

  /// Returns the default directory, and the one that kubelet's configuration sets instead.
  /// - Parameter root: A prefix for all paths, for tests.
  package static func all(root: String = "") -> [String] {
    // kubelet has no flag for this setting.
    let settings = KubeletSettings.read(NodeFiles(root: root), beside: nil)
    let setting = settings.setting(flag: nil, key: "podLogsDir").value ?? nil
    let configured = setting?.value.stringValue
    return ([standard] + [configured].compactMap { $0 }.filter { $0.hasPrefix("/") }).map { root + $0 }
  }
}
