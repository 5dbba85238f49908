internal import CRIJSON
internal import CRIPreflight
internal import CRISystem

/// A network's configuration: a list of plugins (CNI specification, section 1; libcni's `NetworkConfigList`).
struct CNINetwork: Hashable, Sendable {
  /// The newest version that libcni chooses if a configuration offers several.
  private static let newest = [1, 1, 0]

  var name: String
  /// The version that libcni uses: 0.1.0 if the configuration has none.
  var version: String
  /// Whether CRI-O runs its plugins with `CHECK`: from version 0.4.0 on, unless `disableCheck` is set.
  var supportsCheck: Bool
  /// The configuration of each plugin.
  var plugins: [JSON]

  /// - Returns: nil if the bytes are neither a list of plugins nor a single one.
  init?(_ bytes: [UInt8]) {
    guard let root = try? JSON.parse(bytes), root.objectValue != nil else { return nil }
    let isOff = root["disableCheck"]?.boolValue ?? (root["disableCheck"]?.stringValue?.lowercased() == "true")
    var version = root["cniVersion"]?.stringValue ?? ""
    let offered = ([version] + (root["cniVersions"]?.arrayValue ?? []).compactMap(\.stringValue)).filter {
      !$0.isEmpty && !Self.newest.lexicographicallyPrecedes(Self.numbers($0))
    }
    if root["cniVersions"] != nil {
      version = offered.max { Self.numbers($0).lexicographicallyPrecedes(Self.numbers($1)) } ?? version
    }
    self.version = version.isEmpty ? "0.1.0" : version
    supportsCheck = !isOff && Self.hasCheck(self.version)
    name = root["name"]?.stringValue ?? ""
    plugins = root["plugins"]?.arrayValue ?? (root["type"] == nil ? [] : [root])
    guard plugins.allSatisfy({ $0["type"]?.stringValue?.isEmpty == false }) else { return nil }
  }

  /// Reads a network from a configuration file and the files in the directory that extend it.
  /// - Throws: The reason why CRI-O rejects the network.
  init(directory: String, file: String) throws(CNIFailure) {
    func read(_ path: String) throws(CNIFailure) -> CNINetwork {
      do throws(FileError) {
        if let network = CNINetwork(try File.read(path, limit: 1 << 20)) { return network }
      } catch {
        throw .fault(.unreadable(path: path, message: "\(error)"))
      }
      throw .fault(.notAConfiguration(path: path))
    }
    self = try read("\(directory)/\(file)")
    let isList = file.hasSuffix(".conflist")
    guard !isList || !name.isEmpty else { throw .fault(.withoutName(path: "\(directory)/\(file)")) }
    let others = isList ? (try? Directory.names(at: "\(directory)/\(name)")) ?? [] : []
    for other in others.sorted() where other.hasSuffix(".conf") {
      plugins += try read("\(directory)/\(name)/\(other)").plugins
    }
    guard !plugins.isEmpty else { throw .fault(.withoutPlugins(path: "\(directory)/\(file)")) }
    if name.isEmpty { name = file }
  }

  static func hasCheck(_ version: String) -> Bool { !numbers(version).lexicographicallyPrecedes([0, 4]) }

  static func numbers(_ version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? 0 } }
}
