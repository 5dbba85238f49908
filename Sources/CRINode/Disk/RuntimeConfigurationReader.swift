internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot

extension RuntimeConfiguration {
  /// Reads containerd's configuration from the verbose Status.
  /// - Parameters:
  ///   - config: CRI: `StatusResponse.info["config"]`.
  ///   - cni: CRI: `StatusResponse.info["cniconfig"]`.
  init(containerd config: JSON, cni: JSON, _ snapshot: Snapshot, served: Observation<String>?) {
    let engine = config["containerd"]
    let runtime = engine?["runtimes"]?[engine?["defaultRuntimeName"]?.stringValue ?? ""]
    let isSystemd = runtime?["options"]?["SystemdCgroup"]?.boolValue ?? config["systemdCgroup"]?.boolValue
    let driver = isSystemd.map { Observation.known($0 ? "systemd" : "cgroupfs") }
    self.init(
      cgroupDriver: served ?? driver ?? Self.notReported(.cgroupDriver), servesCgroupDriver: served != nil,
      pauseImage: Self.known(config["sandboxImage"]) ?? Self.known(snapshot.pauseImage)
        ?? Self.notReported(.pauseImage),
      networkDirectory: Self.known(cni["PluginConfDir"]) ?? Self.known(config["cni"]?["confDir"])
        ?? Self.notReported(.networkDirectory))
  }

  /// Reads CRI-O's configuration from the verbose Status of newer versions, and from its files.
  init(crio config: JSON, files: Observation<CRIOConfiguration>, served: Observation<String>?) {
    self.init(
      cgroupDriver: served ?? Self.known(config["crio"]?["CgroupManagerName"]) ?? files.map(\.cgroupManager),
      servesCgroupDriver: served != nil,
      pauseImage: Self.known(config["sandboxImage"]) ?? Self.known(files.value?.pauseImage)
        ?? Self.notReported(.pauseImage),
      networkDirectory: files.map(\.networkDirectory))
  }

  /// For any other runtime, only what the CRI itself reports is known.
  init(other name: String, served: Observation<String>?) {
    func unknown(_ setting: RuntimeSetting) -> Observation<String> {
      .unknown(UnknownReason(.unsupportedRuntime, setting: setting, message: name))
    }
    self.init(
      cgroupDriver: served ?? unknown(.cgroupDriver), servesCgroupDriver: served != nil,
      pauseImage: unknown(.pauseImage), networkDirectory: unknown(.networkDirectory))
  }

  private static func notReported(_ setting: RuntimeSetting) -> Observation<String> {
    .unknown(UnknownReason(.notReported, setting: setting))
  }

  private static func known(_ value: JSON?) -> Observation<String>? { known(value?.stringValue) }

  private static func known(_ text: String?) -> Observation<String>? {
    text.flatMap { $0.isEmpty ? nil : .known($0) }
  }
}
