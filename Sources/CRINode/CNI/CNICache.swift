internal import CRIJSON
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// libcni's cache of CNI results: one file for each interface of each pod.
struct CNICache {
  /// A cached result, and the network's settings for host-local.
  struct Entry: Hashable, Sendable {
    var facts: CNICacheEntry
    /// host-local's directory if it is not the default one.
    var leaseDirectory: String?
  }

  private let directory: String
  /// The file names, by sandbox ID; unknown if the directory cannot be listed.
  private let files: Observation<[String: [String]]>

  /// - Parameter ids: The sandboxes whose entries will be requested.
  init(directory: String, ids: Set<String>) {
    self.directory = directory
    do throws(FileError) {
      var files: [String: [String]] = [:]
      for name in try Directory.names(at: directory) {
        // NETWORK-ID-INTERFACE: the network and the interface may contain hyphens too.
        let parts = name.split(separator: "-").map(String.init)
        guard let id = parts.first(where: ids.contains), parts.last != "lo" else { continue }
        files[id, default: []].append(name)
      }
      self.files = .known(files)
    } catch {
      files = .unknown(UnknownReason(error, directory))
    }
  }

  /// Returns a sandbox's entries except that of the loopback interface.
  func entries(of id: String) -> Observation<[Entry]> {
    switch files {
    case .unknown(let reason): return .unknown(reason)
    case .known(let files):
      var entries: [Entry] = []
      for name in (files[id] ?? []).sorted() {
        let path = "\(directory)/\(name)"
        do throws(FileError) {
          guard let entry = Self.entry(try File.read(path, limit: 1 << 20), file: name, id: id) else {
            return .unknown(UnknownReason(.malformed, path: path))
          }
          entries.append(entry)
        } catch {
          // The network has been detached since the directory was listed.
          if error != .noSuchFile { return .unknown(UnknownReason(error, path)) }
        }
      }
      return .known(entries)
    }
  }

  /// Returns nil if the file is not a cache entry.
  static func entry(_ bytes: [UInt8], file: String, id: String) -> Entry? {
    guard let root = try? JSON.parse(bytes), root.objectValue != nil else { return nil }
    // Before 2019, the file held only the result, so the names must be taken from the file's name.
    let result = root["result"] ?? root
    let names = file.split(separator: "-").map(String.init)
    let middle = names.firstIndex(of: id) ?? 0
    let config = root["config"]?.stringValue.flatMap(Self.config)
    let plugins = config.map { $0["plugins"]?.arrayValue ?? [$0] } ?? []
    // The first plugin's `ipam`; nil if a plugin assigns addresses without one.
    let ipam = plugins.lazy.compactMap { $0["ipam"] }.first { $0["type"]?.stringValue?.isEmpty == false }
    return Entry(
      facts: CNICacheEntry(
        network: root["networkName"]?.stringValue ?? names[..<middle].joined(separator: "-"),
        interface: root["ifName"]?.stringValue ?? names[(middle + 1)...].joined(separator: "-"),
        addresses: addresses(in: result), ipam: ipam?["type"]?.stringValue),
      leaseDirectory: ipam?["dataDir"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 })
  }

  private static func addresses(in result: JSON) -> [String] {
    let modern = result["ips"]?.arrayValue?.compactMap { $0["address"]?.stringValue }
    // CNI 0.2.0 has at most one address of each family.
    let old = ["ip4", "ip6"].compactMap { result[$0]?["ip"]?.stringValue }
    return (modern ?? old).map { String($0.prefix { $0 != "/" }) }
  }

  /// The network's configuration at the time when the pod was attached.
  private static func config(_ base64: String) -> JSON? { Base64.decode(base64).flatMap { try? JSON.parse($0) } }
}
