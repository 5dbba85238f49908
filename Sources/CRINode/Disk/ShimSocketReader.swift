internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Checks whether the sockets exist at which containerd will look for its shims.
///
/// Source: `loadShim` in containerd's `runtime/v2/shim.go` (1.6), and `restoreBootstrapParams` and `makeConnection` in
/// `core/runtime/v2` (2.x). If the connection fails, containerd kills the task and removes its bundle.
struct ShimSocketReader {
  private enum Outcome { case reachable, fault(ShimFault), unknown(UnknownReason) }

  /// The maximum length of an address, in bytes. The path of a socket is shorter still.
  private static let maximumLength = 4096
  private static let scheme = "unix://"

  private let files: NodeFiles
  /// Whether an abstract socket of the runtime is visible to us.
  private let seesAbstractSockets: Bool
  /// The results by path, because all tasks of a pod share one shim.
  private var outcomes: [String: Outcome] = [:]

  init(_ files: NodeFiles, daemon: Int32?, proc: String = "/proc") {
    self.files = files
    let own = FileIdentity(of: "\(proc)/self/ns/net")
    seesAbstractSockets = own != nil && daemon.flatMap { FileIdentity(of: "\(proc)/\($0)/ns/net") } == own
  }

  /// Checks the socket of one task.
  /// - Parameter bundle: The directory of the task. Other rules cover a directory that has no address.
  mutating func check(_ id: String, _ bundle: String, _ sockets: inout ShimSockets) throws(FileError) {
    let (legacy, current) = ("\(bundle)/address", "\(bundle)/bootstrap.json")
    var old: Outcome?
    if let text = try read(legacy) { old = outcome(legacy, text) }
    // 2.x reads the older file if it has not written its own one.
    var new = old
    if let text = try read(current) {
      let parameters = Self.parameters(text)
      new = parameters.isTTRPC ? outcome(current, parameters.address) : .reachable
    }
    // A task that has ended in the meantime has no bundle.
    guard try files.exists(bundle) else { return }
    for (outcome, faults) in [(old, \ShimSockets.legacy), (new, \ShimSockets.current)] {
      switch outcome {
      case .fault(let fault): sockets[keyPath: faults][id] = fault
      case .unknown(let reason): sockets.unknown[id] = reason
      case .reachable, nil: break
      }
    }
  }

  /// Reads a file; nil if it does not exist.
  private func read(_ path: String) throws(FileError) -> String? {
    do throws(FileError) {
      return try files.text(path)
    } catch {
      if error == .noSuchFile { return nil }
      throw error
    }
  }

  /// The address in `bootstrap.json`. Anything that is not such a document is an address, as from a shim of 1.x.
  private static func parameters(_ text: String) -> (address: String, isTTRPC: Bool) {
    guard let document = try? JSON.parse(text), let version = document["version"]?.intValue, version >= 2 else {
      return (text, true)
    }
    return (document["address"]?.stringValue ?? "", document["protocol"]?.stringValue?.lowercased() == "ttrpc")
  }

  private mutating func outcome(_ file: String, _ address: String) -> Outcome {
    guard !address.isEmpty, address.utf8.count <= Self.maximumLength else { return .fault(.noAddress(file: file)) }
    if let known = outcomes[address] { return known }
    let outcome: Outcome
    if address.hasPrefix("\(Self.scheme)/") {
      outcome = connect(to: String(address.dropFirst(Self.scheme.count)), besides: file)
    } else if address.contains("://") {
      // The shim listens elsewhere, such as in a virtual machine.
      outcome = .reachable
    } else {
      outcome = connect(toAbstract: address)
    }
    outcomes[address] = outcome
    return outcome
  }

  private func connect(to path: String, besides file: String) -> Outcome {
    do throws(FileError) {
      guard try files.exists(path) else { return .fault(.noSocket(path: path)) }
      // The shim and the runtime, which wrote the file, run as the same user.
      guard try files.owner(of: path) == files.owner(of: file) else {
        return .unknown(UnknownReason(.socketNotTrusted, path: path))
      }
    } catch {
      return error == .noSuchFile ? .fault(.noSocket(path: path)) : .unknown(UnknownReason(error, path))
    }
    do throws(Errno) {
      try files.connect(to: path)
      return .reachable
    } catch {
      return Self.outcome(error, path)
    }
  }

  private func connect(toAbstract name: String) -> Outcome {
    guard seesAbstractSockets else { return .unknown(UnknownReason(.notVisible, path: "@\(name)")) }
    do throws(Errno) {
      _ = try UnixSocket.connect(toAbstract: name)
      return .reachable
    } catch {
      return Self.outcome(error, "@\(name)")
    }
  }

  private static func outcome(_ error: Errno, _ path: String) -> Outcome {
    switch error {
    // The listener exists. Another rule covers a shim that does not respond.
    case .again: .reachable
    case .connectionRefused: .fault(.notListening(path: path))
    case .notASocket: .fault(.notASocket(path: path))
    case .noSuchFile, .notADirectory: .fault(.noSocket(path: path))
    default: .unknown(UnknownReason(error, path))
    }
  }
}
