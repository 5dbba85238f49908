internal import CRI
internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot

extension RuntimeConfiguration {
  /// containerd's: from the verbose Status.
  /// - Parameters:
  ///   - config: CRI: `StatusResponse.info["config"]`.
  ///   - cni: CRI: `StatusResponse.info["cniconfig"]`.
  init(containerd config: JSON, cni: JSON, _ snapshot: Snapshot, served: Evidence<String>?) {
    let engine = config["containerd"]
    let runtime = engine?["runtimes"]?[engine?["defaultRuntimeName"]?.stringValue ?? ""]
    let isSystemd = runtime?["options"]?["SystemdCgroup"]?.boolValue ?? config["systemdCgroup"]?.boolValue
    let driver = isSystemd.map { Evidence.known($0 ? "systemd" : "cgroupfs") }
    self.init(
      cgroupDriver: served ?? driver ?? Self.silent("its cgroup driver"), servesCgroupDriver: served != nil,
      pauseImage: Self.known(config["sandboxImage"]) ?? Self.known(snapshot.pauseImage)
        ?? Self.silent("its pause image"),
      networkDirectory: Self.known(cni["PluginConfDir"]) ?? Self.known(config["cni"]?["confDir"])
        ?? Self.silent("where its CNI configurations are"))
  }

  /// CRI-O's: from the verbose Status of newer ones, and from its files.
  init(crio config: JSON, files: Evidence<CRIOConfiguration>, served: Evidence<String>?) {
    self.init(
      cgroupDriver: served ?? Self.known(config["crio"]?["CgroupManagerName"]) ?? files.map(\.cgroupManager),
      servesCgroupDriver: served != nil,
      pauseImage: Self.known(config["sandboxImage"]) ?? Self.known(files.value?.pauseImage)
        ?? Self.silent("its pause image"),
      networkDirectory: files.map(\.networkDirectory))
  }

  /// Another runtime's, of which only what the interface serves is known.
  init(other name: String, served: Evidence<String>?) {
    func unknown(_ what: String) -> Evidence<String> {
      .unknown("\(what) of \(name): cri can read it of containerd and CRI-O only")
    }
    self.init(
      cgroupDriver: served ?? unknown("the cgroup driver"), servesCgroupDriver: served != nil,
      pauseImage: unknown("the pause image"), networkDirectory: unknown("the CNI configuration"))
  }

  private static func silent(_ what: String) -> Evidence<String> { .unknown("the runtime does not tell \(what)") }

  private static func known(_ value: JSON?) -> Evidence<String>? { known(value?.stringValue) }

  private static func known(_ text: String?) -> Evidence<String>? {
    text.flatMap { $0.isEmpty ? nil : .known($0) }
  }
}
