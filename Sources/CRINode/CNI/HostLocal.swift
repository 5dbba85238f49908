internal import CRISnapshot
internal import CRISystem

/// Reads host-local's leases: a directory for each network, and in it a file for each assigned address.
struct HostLocal {
  private let root: String
  private let defaultDirectory: String
  private var networks: [String: Result<Network, FileError>] = [:]

  /// All leases of a network.
  struct Leases: Hashable, Sendable {
    var all: [HostLocalLease] = []
    /// The addresses of recent leases, whose pods may still be in creation.
    var young: Set<String> = []
  }

  /// One network's leases, read when they are first needed.
  private struct Network {
    var byOwner: [String: [HostLocalLease]] = [:]
    var byAddress: [IPAddress: HostLocalLease] = [:]
  }

  /// - Parameters:
  ///   - defaultDirectory: The directory for networks that configure none.
  ///   - root: A prefix for the directories that networks configure.
  init(defaultDirectory: String, root: String) {
    self.defaultDirectory = defaultDirectory
    self.root = root
  }

  /// Returns a sandbox's leases, and other sandboxes' leases on its addresses.
  /// - Parameters:
  ///   - entries: The sandbox's networks; empty if they are not known.
  /// - Returns: nil if host-local manages none of the addresses.
  mutating func leases(
    of id: String, entries: [CNICache.Entry], addresses: Set<IPAddress>
  ) -> Observation<[HostLocalLease]>? {
    var found: [HostLocalLease] = []
    var isManaged = false
    // A pod can be attached to a network more than once.
    var taken: Set<String> = []
    func take(_ network: Network, _ directory: String) {
      guard taken.insert(directory).inserted else { return }
      found += network.byOwner[id] ?? []
      found += addresses.compactMap { network.byAddress[$0] }.filter { $0.owner != id }
    }
    for entry in entries where entry.facts.ipam == "host-local" {
      let directory = "\(entry.leaseDirectory.map { root + $0 } ?? defaultDirectory)/\(entry.facts.network)"
      switch read(directory, network: entry.facts.network) {
      case .success(let network): take(network, directory)
      case .failure(let error): return .unknown(UnknownReason(error, directory))
      }
      isManaged = true
    }
    // Some plugins, such as flannel, delegate to others: only the existing directories show whether host-local is one.
    let delegated = entries.filter { $0.facts.ipam == nil }.map(\.facts.network)
    for network in entries.isEmpty ? allNetworks() : delegated {
      let directory = "\(defaultDirectory)/\(network)"
      guard case .success(let known) = read(directory, network: network), known.byOwner[id] != nil else { continue }
      take(known, directory)
      isManaged = true
    }
    return isManaged ? .known(found.sorted { $0.address < $1.address }) : nil
  }

  /// Returns all leases of a network, and the addresses of the recent ones, whose pods may still be in creation: the
  /// runtime lists a pod only after CNI has assigned its addresses.
  /// - Parameter age: The maximum time that the creation of a pod takes, in seconds.
  static func leases(
    in directory: String, network: String, youngerThan age: Int64
  ) -> Observation<Leases> {
    var leases = Leases()
    let latest = Kernel.now / 1_000_000_000 - age
    do throws(FileError) {
      for file in try Directory.names(at: directory).sorted() where IPAddress(file) != nil {
        guard let status = try? File.status(of: "\(directory)/\(file)"),
          let bytes = try? File.readShort("\(directory)/\(file)")
        else { continue }
        leases.all.append(lease(bytes, network: network, address: file))
        if status.modified.seconds > latest { leases.young.insert(file) }
      }
    } catch {
      // No address has been assigned yet.
      if error != .noSuchFile { return .unknown(UnknownReason(error, directory)) }
    }
    return .known(leases)
  }

  private func allNetworks() -> [String] {
    (try? Directory.names(at: defaultDirectory))?.sorted() ?? []
  }

  private mutating func read(_ directory: String, network name: String) -> Result<Network, FileError> {
    if let known = networks[directory] { return known }
    let result: Result<Network, FileError>
    do throws(FileError) {
      var network = Network()
      for file in try Directory.names(at: directory) {
        // The directory also holds a lock and the last assigned address.
        guard let address = IPAddress(file) else { continue }
        do throws(FileError) {
          let lease = Self.lease(try File.readShort("\(directory)/\(file)"), network: name, address: file)
          network.byOwner[lease.owner, default: []].append(lease)
          network.byAddress[address] = lease
        } catch {
          if error != .noSuchFile { throw error }
        }
      }
      result = .success(network)
    } catch {
      result = .failure(error)
    }
    networks[directory] = result
    return result
  }

  /// The file holds the owner's ID and, since 2018, the interface on a second line; the lines end in CR LF.
  private static func lease(_ bytes: [UInt8], network: String, address: String) -> HostLocalLease {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    return HostLocalLease(
      network: network, address: address, owner: lines.first ?? "", interface: lines.dropFirst().first ?? "")
  }
}
