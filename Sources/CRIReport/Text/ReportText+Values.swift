internal import CRIMessages
internal import CRIProtobuf
package import CRISnapshot

extension ReportText {
  /// Formats a value in one line.
  package func value(_ value: FindingValue) -> String { worded(Self.text(of: value)) }

  /// A container whose own exit code is unknown.
  /// - Parameters:
  ///   - isNew: Whether it ended during the change.
  ///   - policy: The pod's restart policy; nil if it is unknown.
  static func exitedUnseen(_ code: Int32, isNew: Bool = true, _ policy: RestartPolicy? = nil) -> String {
    "exited \(code), which is not its own code" + (isNew ? ": it ended while the runtime was down" : "")
      + (policy ?? .onFailure == .onFailure
        ? ", and restartPolicy OnFailure repeats its work even if it had finished" : "")
  }

  static func text(of value: FindingValue) -> String {
    switch value {
    case .none: "none"
    case .status(let status): text(of: status)
    case .text(let text): text
    case .id(let text): id(text)
    case .number(let number): "\(number)"
    case .process(let pid): "\(pid)"
    case .daemon(let pid): "process \(pid)"
    case .orphan(let orphan): "\(orphan.kind.rawValue) \(orphan.pid) of \(id(orphan.id)), not listed"
    case .time(let time): "\(time)"
    case .now(let time): "now is \(time)"
    case .podState(let state): name(of: state)
    case .containerState(let state): name(of: state)
    case .exited(let code): "exited \(code)"
    case .exitedUnseen(let code): exitedUnseen(code)
    case .signal(let signal): name(of: signal)
    case .api(let version): "\(version)"
    case .bothAPIs: "v1 and v1alpha2"
    case .namespace(let inode): "net:[\(inode)]"
    case .namespaceMode(let mode): mode.protoName ?? name(of: mode)
    case .readySandboxes(let count): "\(count) ready"
    case .runningContainers(let count): "\(count) running"
    case .user(let user): text(of: user)
    case .namespaces(let options): text(of: options)
    case .condition(let isTrue, let reason, let message): condition(isTrue, reason, message)
    case .deletedProgram(let path): "\(path), deleted"
    case .absentImage(let image): "\(image), missing"
    case .successor(let newID, let attempt, let next): "\(id(newID)), attempt \(attempt) → \(next)"
    case .lostRecord(.running(let pid)): "none, but its process \(pid) is still running"
    case .lostRecord(.notFound): "none, and no process of it was found"
    case .lostRecord(.unknown): "none, and its process may still be running"
    case .imageSuccessor(let newID): "\(newID) has its name now"
    case .network(let reasons): reasons.map(text).joined(separator: "; ")
    default: listed(value)
    }
  }

  private static func listed(_ value: FindingValue) -> String {
    switch value {
    case .texts(let texts): list(texts)
    case .addresses(let addresses): list(addresses)
    case .families(let families): list(families.map { $0 == .ipv4 ? "IPv4" : "IPv6" })
    case .handlers(let names): list(names.map(handler))
    case .features(let features): list(features.map { "\(handler($0.handler)): \(text(of: $0.kind))" })
    case .mounts(let mounts):
      list(mounts.map { "\($0.hostPath)→\($0.containerPath)\($0.readonly ? " read-only" : "")" })
    case .networks(let networks): list(networks.map { ([$0.name] + $0.subnets.map { "\($0)" }).joined(separator: " ") })
    case .ociRuntimes(let programs): list(programs.map { $0.map { "\($0.handler) \($0.path)" } ?? "none" })
    case .interfaces(let interfaces, let isWhole): list(interfaces.map { text(of: $0, isWhole) })
    case .entries(let entries): list(entries.map { entry in entry.value.map { "\(entry.key)=\($0)" } ?? "none" })
    case .fields(let fields): list(fields.map { "\($0.key) \($0.value ?? "none")" })
    case .conditions(let conditions): list(conditions.map { "\($0.type) false: \($0.reason)" })
    default: ""
    }
  }

  private static func text(of status: ValueStatus) -> String {
    switch status {
    case .ready: "ready"
    case .notReady: "not ready"
    case .running: "running"
    case .notRunning: "not running"
    case .gone: "gone"
    case .ended: "ended"
    case .goneUnnoticed: "gone, although the runtime reports it as running"
    case .otherProcess: "a different process with the same PID"
    case .open: "open"
    case .closed: "closed"
    case .known: "known"
    case .unknown: "unknown"
    case .changed: "changed"
    case .unchanged: "the same"
    case .unchangedAndReady: "the same, ready"
    case .good: "ok"
    case .works: "works"
    case .fails: "fails"
    case .notTried: "not tried"
    case .listed: "listed"
    case .notListed: "not listed"
    case .withoutContainers: "listed without its containers"
    case .pinned: "pinned"
    case .notPinned: "not pinned"
    case .isTrue: "true"
    case .notANamespace: "a file that is not a namespace"
    }
  }

  /// `not ready`, `SIGTERM`; `number 7` if this version has no name for the value.
  static func name(of value: some OpenEnum) -> String {
    guard value.protoName != nil else { return "number \(value.rawValue)" }
    if value is Signal { return "\(value)".uppercased() }
    return "\(value)".reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : "\($1)" }
  }

  private static func handler(_ name: String) -> String { name.isEmpty ? "(default)" : name }

  private static func text(of feature: HandlerFeature.Kind) -> String {
    switch feature {
    case .recursiveReadOnlyMounts: "recursive read-only mounts"
    case .userNamespaces: "user namespaces"
    }
  }

  private static func text(of user: LinuxContainerUser) -> String {
    "uid \(user.uid), gid \(user.gid)" + user.supplementalGroups.map { ", group \($0)" }.joined()
  }

  private static func text(of options: NamespaceOption) -> String {
    "network \(options.network), ipc \(options.ipc), pid \(options.pid), users \(options.usernsOptions?.mode ?? .node)"
  }

  private static func text(of interface: NetworkInterface, _ isWhole: Bool) -> String {
    let details = isWhole ? [interface.mac, interface.sandbox].filter { !$0.isEmpty } : []
    return ([interface.name] + details + interface.addresses).joined(separator: " ")
  }

  private static func condition(_ isTrue: Bool?, _ reason: String, _ message: String) -> String {
    guard let isTrue else { return "not reported" }
    let details = sentence(reason, message)
    return details.isEmpty ? "\(isTrue)" : "\(isTrue), \(details)"
  }

  /// A condition's reason and message, as the runtime reports them.
  static func sentence(_ reason: String, _ message: String) -> String {
    [reason, message].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
