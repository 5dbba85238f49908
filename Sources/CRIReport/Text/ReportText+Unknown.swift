package import CRISnapshot

extension ReportText {
  /// Formats the reason why a fact is unknown.
  package func reason(_ reason: UnknownReason) -> String { worded(Self.text(of: reason)) }

  static func text(of reason: UnknownReason) -> String {
    let (path, message) = (reason.path ?? "", reason.message ?? "")
    let object = reason.object.map { "\($0)" } ?? "it"
    return switch reason.code {
    case .permissionDenied: "\(located(reason)) (root permission is required)"
    case .missing, .timedOut, .systemError, .callFailed, .cniPluginFailed, .malformedConfiguration:
      located(reason)
    case .unusableFile: message
    case .malformed: message.isEmpty ? "\(path) has an unknown form" : located(reason)
    case .notServed: "the runtime does not serve containerd's own interface"
    case .commandFailed: "\(path) failed"
    case .notVisible: "\(path) is not visible from here"
    case .otherMountNamespace: "the runtime's files are in another file system than ours"
    case .otherPIDNamespace: "the runtime is in another PID namespace than cri"
    case .daemonNotVisible: "the runtime's process is not visible from here"
    case .kubeletNotVisible: "kubelet's process is not visible from here"
    case .daemonNotTrusted:
      "the runtime does not run as root on this node: \(path.isEmpty ? "none of its programs" : path) is not run"
    case .programNotTrusted: "other users can change \(path): it is not run"
    case .processEnded: "the process has ended"
    case .notOnNode: "\(path) does not exist: run on the node, or specify with --root where its files are"
    case .foreignDirectory:
      "\(path) holds nothing of this runtime: run on its node, or specify with --root where its files are"
    case .notExamined: "it was not examined"
    case .notReported, .unsupportedRuntime: text(ofSetting: reason)
    case .unknownDefaultRuntime: "CRI-O does not report its default OCI runtime, and no container shows it"
    case .bootIDUnknown: "the boot ID could not be read"
    case .runtimeOnlyBefore: "the earlier snapshot has only what the runtime reports"
    case .runtimeOnlyAfter: "the later snapshot has only what the runtime reports"
    case .runtimeOnly: "both snapshots have only what the runtime reports"
    case .goneBefore: "their network namespaces did not exist before the change either"
    case .noManifest: "no manifest of them could be read on the node"
    case .kubeletStopped: "kubelet, which creates them, does not run: verify after it has started"
    case .podsUnchecked: "not every pod could be read"
    default: text(ofContent: reason, path, message, object)
    }
  }

  /// Formats the reasons that are about the content of a source.
  private static func text(
    ofContent reason: UnknownReason, _ path: String, _ message: String, _ object: String
  ) -> String {
    switch reason.code {
    case .notAList: "\(location(reason)): \(message) is not a list of strings: CRI-O cannot read it"
    case .notABoolean: "\(location(reason)): \(message) is neither true nor false: CRI-O cannot read it"
    case .notText: "\(location(reason)): \(message) is not a string: CRI-O cannot read it"
    case .invalidCgroupDriver: "\(path) \(message) is not a cgroup driver: specify systemd or cgroupfs"
    case .invalidEndpoint: "\(path) \(message) is not a valid endpoint"
    case .unknownRecordForm: "the record of \(object) has an unknown form"
    case .unknownCreator: "nothing tells what created \(object)"
    case .recordNotFound: "there is no record of \(object)"
    case .unknownVersionForm: "the version \"\(message)\" has an unknown form"
    case .unknownVersion:
      "nothing is known about \(message): check that --to specifies the runtime's version, and read its release notes"
    case .unknownNextVersion: "the program was replaced by an unknown version: specify it with --to"
    case .unknownBundledVersion:
      "the version of the runtime that \(message) contains is unknown: --to can specify that one too"
    case .externalWipe: "before 1.22 the service crio-wipe decides"
    case .kubeletNotConfigured: "there is no \(path): kubelet is configured elsewhere, or not on this node"
    case .cniElsewhere: "CNI's plugins can run on the node itself only, with CRI-O's root directory and network"
    case .cniEnvironment: "CNI's plugins: the runtime's environment: \(message); root can read it"
    case .cniTooSlow: "CNI's plugins take too long"
    case .cniPluginTimedOut: "CNI's plugin \(path) did not answer in time"
    case .cniResultForm: "\(path) has another form than libcni's"
    case .cniResultVersion: "CNI's cache has a result of version \"\(message)\", its network has version \(path)"
    case .namespaceNotReported: "the network namespace of \(object) is unknown"
    case .outOfScope: "left out by --namespace or --pod"
    case .emptyNamespace: "the snapshot has no pod in it"
    case .ignored: "left out by --ignore"
    default: message
    }
  }

  /// `PATH: MESSAGE`.
  private static func located(_ reason: UnknownReason) -> String {
    let head = [reason.object.map { "\($0)" }, reason.path == nil ? nil : location(reason)].compactMap { $0 }
    return (head + [reason.message ?? ""]).filter { !$0.isEmpty }.joined(separator: ": ")
  }

  private static func location(_ reason: UnknownReason) -> String {
    (reason.path ?? "") + (reason.line.map { ":\($0)" } ?? "")
  }

  private static func text(ofSetting reason: UnknownReason) -> String {
    guard reason.code == .notReported else {
      let runtime = reason.message ?? ""
      guard let setting = reason.setting else {
        return "cri knows the records of containerd and CRI-O only, not of \(runtime)"
      }
      return "\(name(of: setting)) of \(runtime): cri can read it from containerd and CRI-O only"
    }
    guard let setting = reason.setting else { return "the runtime does not report it" }
    return "the runtime does not report \(name(of: setting))"
  }

  private static func name(of setting: RuntimeSetting) -> String {
    switch setting {
    case .cgroupDriver: "the cgroup driver"
    case .pauseImage: "the pause image"
    case .networkDirectory: "the directory of the CNI configurations"
    case .directories: "its directories"
    case .containerDirectory: "the directory of its containers"
    case .ociRuntimes: "the OCI runtimes"
    case .pids: "the process IDs"
    case .handlers: "the runtime handlers"
    }
  }
}
