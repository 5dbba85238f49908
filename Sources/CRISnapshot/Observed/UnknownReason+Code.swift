extension UnknownReason {
  /// The kinds of reasons. The raw value is the code in a snapshot's document.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    // A system call or a call to the runtime failed.
    case permissionDenied = "permission-denied"
    case missing
    case timedOut = "timed-out"
    case systemError = "system-error"
    case callFailed = "call-failed"
    /// The runtime does not serve containerd's own API.
    case notServed = "not-served"
    case commandFailed = "command-failed"

    // The file or process is not visible from where `cri` runs.
    case notVisible = "not-visible"
    case otherMountNamespace = "other-mount-namespace"
    case otherPIDNamespace = "other-pid-namespace"
    case daemonNotVisible = "daemon-not-visible"
    case kubeletNotVisible = "kubelet-not-visible"
    case processesNotVisible = "processes-not-visible"
    /// The runtime does not run as root, so none of its programs is run.
    case daemonNotTrusted = "daemon-not-trusted"
    /// Other users can write to the program, so it is not run.
    case programNotTrusted = "program-not-trusted"
    /// The socket belongs to a different user, so it is not used.
    case socketNotTrusted = "socket-not-trusted"
    case processEnded = "process-ended"
    case notOnNode = "not-on-node"
    /// The runtime's directory is hidden by a mount, or was replaced.
    case hiddenDirectory = "hidden-directory"
    /// The directory does not contain anything that this runtime lists.
    case foreignDirectory = "foreign-directory"
    /// Another runtime on this node may own the objects.
    case otherRuntime = "other-runtime"
    case notExamined = "not-examined"

    // The source does not report the fact.
    case notReported = "not-reported"
    case unsupportedRuntime = "unsupported-runtime"
    case unknownDefaultRuntime = "unknown-default-runtime"
    case bootIDUnknown = "boot-id-unknown"
    case runtimeOnlyBefore = "runtime-only-before"
    case runtimeOnlyAfter = "runtime-only-after"
    case runtimeOnly = "runtime-only"
    case goneBefore = "gone-before"
    case noManifest = "no-manifest"
    case restartPolicyUnknown = "restart-policy-unknown"
    case kubeletStopped = "kubelet-stopped"
    case podsUnchecked = "pods-unchecked"
    case deletedOrLost = "deleted-or-lost"

    // The source contains something that cannot be used.
    /// The file is not a regular file, or too large.
    case unusableFile = "unusable-file"
    case malformed
    case malformedConfiguration = "malformed-configuration"
    case notAList = "not-a-list"
    case notABoolean = "not-a-boolean"
    case notText = "not-text"
    /// - `path`: The file and key, or the flag; `message`: The value.
    case invalidCgroupDriver = "invalid-cgroup-driver"
    case invalidEndpoint = "invalid-endpoint"
    case unknownRecordForm = "unknown-record-form"
    case unknownCreator = "unknown-creator"
    case recordNotFound = "record-not-found"
    case unknownVersionForm = "unknown-version-form"
    case unknownVersion = "unknown-version"
    case unknownNextVersion = "unknown-next-version"
    case unknownBundledVersion = "unknown-bundled-version"
    case externalWipe = "external-wipe"
    case kubeletNotConfigured = "kubelet-not-configured"
    /// - `message`: The program that contains kubelet.
    case kubeletEmbedded = "kubelet-embedded"

    // CNI.
    case cniElsewhere = "cni-elsewhere"
    case cniEnvironment = "cni-environment"
    case cniTooSlow = "cni-too-slow"
    case cniPluginTimedOut = "cni-plugin-timed-out"
    case cniPluginFailed = "cni-plugin-failed"
    case cniResultForm = "cni-result-form"
    case cniResultVersion = "cni-result-version"
    case namespaceNotReported = "namespace-not-reported"

    // The user excluded the fact.
    case outOfScope = "out-of-scope"
    case emptyNamespace = "empty-namespace"
    case ignored

    /// The text in a document of an older schema.
    case recorded
  }
}
