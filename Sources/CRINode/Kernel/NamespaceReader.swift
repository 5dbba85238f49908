internal import CRISnapshot
internal import CRISystem

/// Looks into network namespaces, on a thread that does nothing else: ours must stay where they are.
enum NamespaceReader {
  struct Question: Hashable, Sendable {
    /// Where the runtime says that the namespace is.
    var path: String
    /// Whether nothing there means that there is nothing, and not that we are in another file system.
    var isSure: Bool
    /// A process that should live in it: keeps it alive when the path does not lead there any more.
    var process: String?
  }

  struct Answer: Hashable, Sendable {
    var namespace: Observation<ObservedNamespace>
    var interfaces: Observation<[ObservedInterface]>?
  }

  /// - Parameter limit: what is not answered by then is unread.
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

  /// Whether the folder is there in which the namespace should be: a container that was given it sees what is in it.
  private static func isPlausible(_ path: String) -> Bool {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    return !folder.isEmpty && FileIdentity(of: folder) != nil
  }

  /// nil where the process has gone, or never had a network of its own.
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
