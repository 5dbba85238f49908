package import CRISnapshot

extension ReportText {
  /// Formats the reason why a fact is unknown.
  package func reason(_ reason: UnknownReason) -> String { worded(Self.text(of: reason)) }

  static func text(of reason: UnknownReason) -> String {
    let (path, message) = (reason.path ?? "", reason.message ?? "")
    let object = reason.object.map { "\($0)" } ?? "it"
    return switch reason.code {
    case .permissionDenied: "\(located(reason)) (root permission is required)"
    case .timedOut where located(reason).isEmpty: "it could not be read in time"
    case .missing, .timedOut, .systemError, .callFailed, .cniPluginFailed, .malformedConfiguration:
      located(reason)
    case .unusableFile: message
    case .malformed: message.isEmpty ? "\(path) has an unknown format" : located(reason)
    case .notServed: "the runtime does not serve containerd's own interface"
    case .commandFailed: "\(path) failed"
    case .notVisible: "\(path) is not visible to cri"
    case .otherMountNamespace: "the runtime and cri see different file systems"
    case .otherPIDNamespace: "the runtime and cri are in different PID namespaces"
    case .daemonNotVisible: "the runtime's process is not visible to cri"
    case .kubeletNotVisible: "kubelet's process is not visible to cri"
    case .processesNotVisible: "none of the pods' processes is visible to cri"
    case .daemonNotTrusted:
      "the runtime does not run as root on this node, so cri does not run \(path.isEmpty ? "its executables" : path)"
    case .programNotTrusted: "other users can write to \(path), so cri does not run it"
    case .socketNotTrusted: "\(path) belongs to a different user, so cri does not connect to it"
    case .processEnded: "the process has ended"
    case .notOnNode: "\(path) does not exist; run cri on the node"
    case .hiddenDirectory: "\(path) is in the runtime's directory, which is hidden or was replaced"
    case .foreignDirectory: "\(path) has no data of this runtime; run cri on its node"
    case .otherRuntime: "some were found, but they may belong to the runtime that serves \(path)"
    case .notExamined: "it was not examined"
    case .notReported, .unsupportedRuntime: text(ofSetting: reason)
    case .unknownDefaultRuntime: "CRI-O does not report its default OCI runtime, and no container shows it"
    case .bootIDUnknown: "the boot ID could not be read"
    case .runtimeOnlyBefore: "the earlier snapshot contains only what the runtime reports"
    case .runtimeOnlyAfter: "the later snapshot contains only what the runtime reports"
    case .runtimeOnly: "both snapshots contain only what the runtime reports"
    case .goneBefore: "their network namespaces did not exist before the change either"
    case .noManifest: "none of their manifests could be read on the node"
    case .restartPolicyUnknown: "the restartPolicy is unknown; specify the pods with --pods"
    case .kubeletStopped: "kubelet, which creates them, is not running; verify after it has started"
    case .podsUnchecked: "not every pod could be read"
    case .deletedOrLost: "they are no longer listed, and it is unknown whether they were deleted or lost"
    default: text(ofContent: reason, path, message, object)
    }
  }

  /// Formats the reasons that concern the content of a source.
  private static func text(
    ofContent reason: UnknownReason, _ path: String, _ message: String, _ object: String
  ) -> String {
    switch reason.code {
    case .notAList: "\(location(reason)): \(message) is not a list of strings, so CRI-O cannot read it"
    case .notABoolean: "\(location(reason)): \(message) is neither true nor false, so CRI-O cannot read it"
    case .notText: "\(location(reason)): \(message) is not a string, so CRI-O cannot read it"
    case .invalidCgroupDriver: "\(path) \(message) is not a cgroup driver; specify systemd or cgroupfs"
    case .invalidEndpoint: "\(path) \(message) is not a valid endpoint"
    case .unknownRecordForm: "the record of \(object) has an unknown format"
    case .unknownCreator: "it is unknown what created \(object)"
    case .recordNotFound: "there is no record of \(object)"
    case .unknownVersionForm: "the version \"\(message)\" has an unknown format"
    case .unknownVersion:
      "nothing is known about \(message); check that --to specifies the runtime's version, and read its release notes"
    case .unknownNextVersion: "the executable was replaced by an unknown version; specify that version with --to"
    case .unknownBundledVersion:
      "the version of the runtime that \(message) contains is unknown; specify that version with --to instead"
    case .externalWipe: "before CRI-O 1.22, the service crio-wipe decides this"
    case .kubeletNotConfigured: "\(path) does not exist: kubelet is configured elsewhere, or is not on this node"
    case .kubeletEmbedded: "\(message) includes kubelet, but does not report this setting"
    case .cniElsewhere: "CNI plugins can run only on the node itself, with the root directory and the network of CRI-O"
    case .cniEnvironment:
      "the CNI plugins need the runtime's environment, which cannot be read: \(message); run as root"
    case .cniTooSlow: "the CNI plugins take too long"
    case .cniPluginTimedOut: "the CNI plugin \(path) did not respond in time"
    case .cniResultForm: "\(path) is not in the format of libcni"
    case .cniResultVersion: "the CNI cache has a result of version \"\(message)\", but its network has version \(path)"
    case .namespaceNotReported: "the network namespace of \(object) is unknown"
    case .outOfScope: "excluded by --namespace or --pod"
    case .emptyNamespace: "the snapshot has no pod in this namespace"
    case .ignored: "excluded by --ignore"
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
        return "cri can read the records of containerd and CRI-O only, not those of \(runtime)"
      }
      return "cri can read \(name(of: setting)) of containerd and CRI-O only, not of \(runtime)"
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
