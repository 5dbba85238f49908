internal import CRISnapshot
internal import CRISystem

/// Reads network namespaces on threads of its own, because the caller's thread must stay in its namespaces.
enum NamespaceReader {
  struct Question: Hashable, Sendable {
    /// The namespace's path according to the runtime.
    var path: String
    /// Whether a missing file proves that the namespace is gone, and not that we see another file system.
    var isSure: Bool
    /// A process that should be in the namespace: it keeps the namespace alive even without the path.
    var process: String?
  }

  struct Answer: Hashable, Sendable {
    var namespace: Observation<ObservedNamespace>
    var interfaces: Observation<[ObservedInterface]>?
  }

  /// - Parameter limit: Namespaces that are not read within this time are unknown.
  static func read(_ questions: [Question], within limit: Duration) -> [Answer] {
    if questions.isEmpty { return [] }
    let answers = Locked<[Answer]>([])
    var reason = UnknownReason(Errno.timedOut)
    do throws(Errno) {
      let host = try? FileIdentity.read("/proc/self/ns/net")
      _ = try Thread.run(within: limit) {
        for question in questions {
          let answer = answer(question, host: host)
          answers.withLock { $0.append(answer) }
        }
      }
    } catch {
      reason = UnknownReason(error)
    }
    let got = answers.withLock { $0 }
    let none = Answer(namespace: .unknown(reason), interfaces: .unknown(reason))
    return got + [Answer](repeating: none, count: questions.count - got.count)
  }

  private static func answer(_ question: Question, host: FileIdentity?) -> Answer {
    do throws(Errno) {
      if let namespace = try NetworkNamespace.open(question.path) {
        let identity = namespace.identity
        return Answer(
          namespace: .known(.alive(NamespaceID(device: identity.device, inode: identity.inode))),
          interfaces: interfaces(in: namespace))
      }
      return Answer(namespace: .known(.notANamespace), interfaces: interfaces(of: question.process, host: host))
    } catch {
      if error == .noSuchFile || error == .notADirectory {
        guard question.isSure || isPlausible(question.path) else {
          let reason = UnknownReason(.notVisible, path: question.path, errno: error.rawValue)
          return Answer(namespace: .unknown(reason), interfaces: .unknown(reason))
        }
        return Answer(namespace: .known(.missing), interfaces: interfaces(of: question.process, host: host))
      }
      return Answer(namespace: .unknown(UnknownReason(error)), interfaces: .unknown(UnknownReason(error)))
    }
  }

  /// Whether the namespace's parent directory exists: a container into which it is mounted sees its contents.
  private static func isPlausible(_ path: String) -> Bool {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    return !folder.isEmpty && FileIdentity(of: folder) != nil
  }

  /// Returns nil if the process has ended or has the host's network.
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
