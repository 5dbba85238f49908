/// The reason why a fact is unknown or a rule unchecked: a code with details.
public struct UnknownReason: Error, Hashable, Sendable {
  /// The code of the reason.
  public var code: Code
  /// The file, directory, program or flag that the reason is about.
  public var path: String?
  /// The line in that file, starting at 1.
  public var line: Int?
  /// The C library's `errno` of the system call that failed.
  public var errno: Int32?
  /// The object that the reason is about.
  public var object: ObjectName?
  /// The setting that the runtime does not report.
  public var setting: RuntimeSetting?
  /// A text from the runtime, a plugin, the kernel or a parser, verbatim; with some codes, a name or a version.
  public var message: String?

  /// Creates a value with the given properties.
  public init(
    _ code: Code, path: String? = nil, line: Int? = nil, errno: Int32? = nil, object: ObjectName? = nil,
    setting: RuntimeSetting? = nil, message: String? = nil
  ) {
    self.code = code
    self.path = path
    self.line = line
    self.errno = errno
    self.object = object
    self.setting = setting
    self.message = message
  }
}

extension UnknownReason {
  /// No reader has tried to read the fact.
  public static let notExamined = UnknownReason(.notExamined)
  /// The outcome depends on the version that will start next, which is unknown.
  package static let unknownNextVersion = UnknownReason(.unknownNextVersion)
}

extension UnknownReason {
  /// The key for a stable order.
  package var sortKey: (String, String, String) { (code.rawValue, path ?? "", message ?? "") }
}
