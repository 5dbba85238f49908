/// What CRI-O will find when it starts with its present files, compared with the running daemon.
public struct CRIOStart: Hashable, Sendable {
  /// A setting that has a different value after the next start.
  public struct Change: Hashable, Sendable {
    /// The value that the running daemon uses.
    public var now: String
    /// The value after the next start.
    public var next: String

    /// Creates a value with the given properties.
    public init(now: String, next: String) {
      self.now = now
      self.next = next
    }
  }

  /// The directory of the pods' files, which depends on `root` and `storage_driver`; nil if it does not change.
  public var storage: Change?
  /// The directory of temporary data (CRI-O: `runroot`), which contains the state of pods without an infra container;
  /// nil if it does not change.
  public var state: Change?
  /// The socket's path (CRI-O: `listen`); nil if it does not change.
  public var address: Change?
  /// The state directories of OCI runtimes that change (CRI-O: `runtime_root`), by runtime handler.
  public var ociRoots: [String: Change]
  /// The programs that do not exist, and without which CRI-O exits.
  public var missingPrograms: [MissingProgram]

  /// Creates a value with the given properties.
  public init(
    storage: Change? = nil, state: Change? = nil, address: Change? = nil, ociRoots: [String: Change] = [:],
    missingPrograms: [MissingProgram] = []
  ) {
    self.storage = storage
    self.state = state
    self.address = address
    self.ociRoots = ociRoots
    self.missingPrograms = missingPrograms
  }
}

/// A program that a configuration names and that does not exist.
public struct MissingProgram: Hashable, Sendable {
  /// The key that names the program, such as `crio.runtime.conmon`.
  public var setting: String
  /// The program's path, or its name if it is searched for in the daemon's PATH.
  public var program: String

  /// Creates a value with the given properties.
  public init(setting: String, program: String) {
    self.setting = setting
    self.program = program
  }
}
