internal import CRISnapshot
internal import CRISystem

/// Reads network namespaces on separate threads, because the caller's thread must stay in its namespaces.
enum NamespaceReader {
  struct Target: Hashable, Sendable {
    /// The namespace's path according to the runtime.
    var path: String
    /// Whether a missing file proves that the namespace is gone, and not just that we see a different file system.
    var isConfirmed: Bool
    /// A process that should be in the namespace and keeps the namespace alive even without the path.
    var process: String?
  }

  struct Observations: Hashable, Sendable {
    var namespace: Observation<ObservedNamespace>
    var interfaces: Observation<[ObservedInterface]>?
  }

  /// - Parameter limit: Namespaces that are not read within this time are unknown.
  static func read(_ targets: [Target], within limit: Duration) -> [Observations] {
    if targets.isEmpty { return [] }
    let observed = Locked<[Observations]>([])
    var reason = UnknownReason(Errno.timedOut)
    do throws(Errno) {
      let host = try? FileIdentity.read("/proc/self/ns/net")
      _ = try Thread.run(within: limit) {
        for target in targets {
          let result = read(target, host: host)
          observed.withLock { $0.append(result) }
        }
      }
    } catch {
      reason = UnknownReason(error)
    }
    let completed = observed.withLock { $0 }
    let none = Observations(namespace: .unknown(reason), interfaces: .unknown(reason))
    return completed + [Observations](repeating: none, count: targets.count - completed.count)
  }

  private static func read(_ target: Target, host: FileIdentity?) -> Observations {
    do throws(Errno) {
      if let namespace = try NetworkNamespace.open(target.path) {
        let identity = namespace.identity
        return Observations(
          namespace: .known(.alive(NamespaceID(device: identity.device, inode: identity.inode))),
          interfaces: interfaces(in: namespace))
      }
      return Observations(namespace: .known(.notANamespace), interfaces: interfaces(of: target.process, host: host))
    } catch {
      if error == .noSuchFile || error == .notADirectory {
        guard target.isConfirmed || isPlausible(target.path) else {
          let reason = UnknownReason(.notVisible, path: target.path, errno: error.rawValue)
          return Observations(namespace: .unknown(reason), interfaces: .unknown(reason))
        }
        return Observations(namespace: .known(.missing), interfaces: interfaces(of: target.process, host: host))
      }
      return Observations(namespace: .unknown(UnknownReason(error)), interfaces: .unknown(UnknownReason(error)))
    }
  }

  /// Whether the namespace's parent directory exists: if it is mounted into our container, we can see its contents.
  private static func isPlausible(_ path: String) -> Bool {
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    return !directory.isEmpty && FileIdentity(of: directory) != nil
  }

  /// Returns nil if the process has exited or uses the host's network.
  private static func interfaces(of process: String?, host: FileIdentity?) -> Observation<[ObservedInterface]>? {
    guard let process, let host else { return nil }
    do throws(Errno) {
      guard let namespace = try NetworkNamespace.open(process), namespace.identity != host else { return nil }
      return interfaces(in: namespace)
    } catch {
      return error == .noSuchFile ? nil : .unknown(UnknownReason(error))
    }
  }

  private static func interfaces(in namespace: borrowing NetworkNamespace) -> Observation<[ObservedInterface]> {
    do throws(Errno) {
      try namespace.enter()
      return .known(try NetworkLink.all().map(ObservedInterface.init))
    } catch {
      return .unknown(UnknownReason(error))
    }
  }
}

extension ObservedInterface {
  init(_ link: NetworkLink) {
    self.init(
      name: link.name, index: link.index, mac: Self.text(link.hardware), isUp: link.isUp, hasCarrier: link.hasCarrier,
      addresses: link.addresses.compactMap { address in
        IPAddress(bytes: address.bytes).map { InterfaceAddress($0, prefixLength: address.prefixLength) }
      })
  }

  private static func text(_ hardware: [UInt8]) -> String {
    hardware.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}
