public import CRIMessages
public import CRIProtobuf

/// A value that a finding or a prediction compares. It contains no text, because reports format it.
public enum FindingValue: Hashable, Sendable {
  /// There is no value.
  case none
  case status(ValueStatus)

  // Single values.

  /// A name, a version or a path, verbatim.
  case text(String)
  /// The runtime's ID of an object.
  case id(String)
  case number(Int64)
  /// A process, by its pid.
  case process(Int32)
  /// The runtime's own process.
  case daemon(Int32)
  /// A process that belongs to the runtime but is not listed.
  case orphan(Orphan)
  case time(Timestamp)
  /// The time at which the snapshot was taken, for comparison with a later one.
  case now(Timestamp)
  case podState(PodSandboxState)
  case containerState(ContainerState)
  case exited(Int32)
  /// The container has exited with a synthesised exit code, because the runtime did not see the process exit.
  case exitedUnseen(Int32)
  case signal(Signal)
  case api(APIVersion)
  /// The runtime serves both versions of the CRI.
  case bothAPIs
  /// The inode of a network namespace.
  case namespace(UInt64)
  case namespaceMode(NamespaceMode)
  case readySandboxes(Int)
  /// The number of running containers with the same name in a pod.
  case runningContainers(Int)
  case user(LinuxContainerUser)
  case namespaces(NamespaceOption)
  /// A condition of the runtime; `isTrue` is nil if it is not reported.
  case condition(isTrue: Bool?, reason: String, message: String)
  /// A program whose file is deleted or replaced.
  case deletedProgram(String)
  /// An image that the runtime does not have.
  case absentImage(String)
  /// The object that replaced another object.
  case successor(id: String, attempt: UInt32, next: UInt32)
  /// The runtime no longer lists the object.
  case lostRecord(LostProcess)
  /// A different image now has the name.
  case imageSuccessor(id: String)
  case network([NetworkReason])

  // Lists.

  case texts([String])
  case addresses([String])
  case families([AddressFamily])
  /// Names of runtime handlers; the empty name is the default handler.
  case handlers([String])
  case features([HandlerFeature])
  case mounts([Mount])
  case networks([RuntimeSettings.Network])
  case ociRuntimes([OCIRuntimeProgram?])
  case interfaces([NetworkInterface], isWhole: Bool)
  /// Labels or annotations; a nil value means that the key is missing.
  case entries([KeyedValue])
  /// The fields that are set in a message, by path.
  case fields([KeyedValue])
  case conditions([RuntimeCondition])
}

/// What is known about the processes of an object that the runtime has lost.
public enum LostProcess: Hashable, Sendable {
  /// A process is still running, with this pid.
  case running(Int32)
  /// No process of the object was found.
  case notFound
  /// The processes could not be examined.
  case unknown
}

/// A key with its value; nil if the key is missing.
public struct KeyedValue: Hashable, Sendable {
  /// The key.
  public var key: String
  /// The value; nil if the key is missing.
  public var value: String?

  /// Creates a value with the given properties.
  public init(_ key: String, _ value: String?) {
    self.key = key
    self.value = value
  }
}

/// The family of an address.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable { case ipv4, ipv6 }

/// A capability of a runtime handler.
public struct HandlerFeature: Hashable, Sendable {
  /// CRI: `RuntimeHandlerFeatures`.
  public enum Kind: String, Hashable, Sendable, CaseIterable { case recursiveReadOnlyMounts, userNamespaces }

  /// The name of the runtime handler; empty for the default one.
  public var handler: String
  /// The capability.
  public var kind: Kind

  /// Creates a value with the given properties.
  public init(handler: String, kind: Kind) {
    self.handler = handler
    self.kind = kind
  }
}

/// A handler with the program that it starts.
public struct OCIRuntimeProgram: Hashable, Sendable {
  /// The name of the runtime handler; empty for the default one.
  public var handler: String
  /// The absolute path of the program.
  public var path: String

  /// Creates a value with the given properties.
  public init(handler: String, path: String) {
    self.handler = handler
    self.path = path
  }
}
