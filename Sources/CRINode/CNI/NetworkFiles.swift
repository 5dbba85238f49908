internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Reads the files that a runtime needs to attach pods to networks: CNI configurations and plugins.
struct NetworkFiles: Sendable {
  let files: NodeFiles

  /// Returns the CNI plugins that are missing for the networks that containerd has loaded according to its verbose
  /// status.
  func missingPlugins(_ cni: JSON, _ isNode: Bool) -> Observation<[CNIFault]> {
    guard let directories = cni["PluginDirs"]?.arrayValue?.compactMap(\.stringValue), !directories.isEmpty,
      let networks = cni["Networks"]?.arrayValue
    else { return .unknown(UnknownReason(.notReported, setting: .networkDirectory)) }
    // The directories may exist although the runtime's root is hidden.
    guard isNode || directories.contains(where: { (try? files.exists($0)) == true }) else {
      return .unknown(NodeFiles.reason(directories[0], .noSuchFile))
    }
    return missing(Self.plugins(of: networks), in: directories)
  }

  /// Returns the names of the plugins that these networks use, as containerd reports them.
  static func plugins(of networks: [JSON]) -> [String] {
    var names: [String] = []
    for plugin in networks.flatMap({ $0["Config"]?["Plugins"]?.arrayValue ?? [] }) {
      let network = plugin["Network"]
      for name in [network?["type"]?.stringValue, network?["ipam"]?["type"]?.stringValue] {
        if let name, !name.isEmpty, !names.contains(name) { names.append(name) }
      }
    }
    return names
  }

  /// Returns the plugins that are in none of the directories, and those without execute permission.
  func missing(_ names: [String], in directories: [String]) -> Observation<[CNIFault]> {
    do throws(FileError) {
      var missing: [CNIFault] = []
      search: for name in names where !name.contains("/") {
        for directory in directories where try files.exists("\(directory)/\(name)") {
          // libcni takes the first file with this name.
          let path = "\(directory)/\(name)"
          if try !files.isExecutable(path) {
            missing.append(.pluginNotExecutable(path: path, message: "\(Errno.permissionDenied)"))
          }
          continue search
        }
        missing.append(.pluginMissing(name, directories: directories))
      }
      return .known(missing)
    } catch {
      return .unknown(UnknownReason(error, directories[0]))
    }
  }

  /// The file names of the CNI configurations that a runtime would read.
  struct Configurations: Hashable, Sendable {
    var usable: [String] = []
    /// The files that are not the configuration of a plugin or of a list of plugins.
    var damaged: [String] = []
  }

  /// Returns the CNI configurations among the files that a runtime would read.
  func configurations(in directory: Observation<String>, _ isNode: Bool) -> Observation<Configurations> {
    switch directory {
    case .unknown(let reason): return .unknown(reason)
    case .known(let path):
      do throws(FileError) {
        var found = Configurations()
        for name in try files.names(in: path) where [".conf", ".conflist", ".json"].contains(where: name.hasSuffix) {
          if Self.isNetwork(try files.read("\(path)/\(name)")) {
            found.usable.append(name)
          } else {
            found.damaged.append(name)
          }
        }
        return .known(found)
      } catch {
        if error == .noSuchFile, isNode { return .known(Configurations()) }
        return .unknown(NodeFiles.reason(path, error))
      }
    }
  }

  /// Whether the file is the configuration of a plugin or of a list of plugins.
  private static func isNetwork(_ bytes: [UInt8]) -> Bool {
    guard let root = try? JSON.parse(bytes) else { return false }
    return root["type"]?.stringValue?.isEmpty == false || root["plugins"]?.arrayValue?.isEmpty == false
  }
}
