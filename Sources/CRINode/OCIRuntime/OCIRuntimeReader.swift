internal import CRIJSON
internal import CRISnapshot
internal import CRISystem

/// Reads which OCI runtimes run the containers, and their versions.
struct OCIRuntimeReader {
  /// The maximum number of programs whose version is read; a node usually has two or three.
  private static let maximum = 8
  private static let timeout = Duration.seconds(2)

  /// The runtime's configuration from its verbose status; nil if it returns none.
  let configuration: JSON?
  let table: ProcessTable?
  /// The IDs of the runtime's own objects.
  let listed: Set<String>
  let daemon: Int32?
  let paths: NodePaths

  func read() -> Observation<[OCIRuntime]> {
    let programs = configured().isEmpty ? running() : configured()
    if programs.isEmpty { return .unknown(UnknownReason(.notReported, setting: .ociRuntimes)) }
    let variable: String
    do throws(FileError) {
      variable = try Self.searchPath(of: daemon, proc: paths.proc)
    } catch {
      // Without the daemon's environment, a program named without a directory cannot be found.
      guard programs.allSatisfy({ $0.program.hasPrefix("/") }) else {
        return .unknown(UnknownReason(error, daemon.map { "\(paths.proc)/\($0)/environ" }))
      }
      variable = ""
    }
    var versions: [String: Observation<String>] = [:]
    let setting = configuration?["containerd"]?["defaultRuntimeName"] ?? configuration?["crio"]?["DefaultRuntime"]
    let defaultHandler = setting?.stringValue
    return .known(
      programs.sorted { ($0.handler, $0.program) < ($1.handler, $1.program) }.prefix(Self.maximum).map {
        handler, program in
        guard let path = Self.find(program, in: variable, root: paths.root) else {
          return OCIRuntime(
            handler: handler, isDefault: defaultHandler == handler, path: program,
            version: .unknown(UnknownReason(Errno.noSuchFile, program)))
        }
        let version = versions[path] ?? version(of: path)
        versions[path] = version
        return OCIRuntime(
          handler: handler, isDefault: defaultHandler == handler, path: path, target: target(of: path),
          version: version)
      })
  }

  /// The configured programs by runtime handler.
  private func configured() -> [(handler: String, program: String)] {
    let crio = configuration?["crio"]?["Runtimes"]?.objectValue ?? [:]
    return Self.containerdPrograms(configuration ?? .null)
      + crio.compactMap { handler, value in
        let type = value["RuntimeType"]?.stringValue ?? ""
        guard type.isEmpty || type == "oci" else { return nil }
        return (handler, value["RuntimePath"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? handler)
      }
  }

  /// The programs in conmon's arguments, for versions of CRI-O that do not report their configuration. Podman's conmons
  /// are ignored.
  private func running() -> [(handler: String, program: String)] {
    let own = table?.shims.filter {
      listed.contains($0.value.id) && ProcessTrust.isTrusted($0.key, proc: paths.proc)
    }
    return Set((own ?? [:]).values.compactMap(\.runtime)).map {
      ($0.split(separator: "/").last.map(String.init) ?? $0, $0)
    }
  }

  /// The programs in containerd's configuration by runtime handler.
  static func containerdPrograms(_ configuration: JSON) -> [(handler: String, program: String)] {
    let handlers = configuration["containerd"]?["runtimes"]?.objectValue ?? [:]
    return handlers.compactMap { handler, value in
      // Other types of runtime handlers, such as Kata's, do not start such a program.
      let type = value["runtimeType"]?.stringValue ?? ""
      guard type.hasPrefix("io.containerd.runc.") || type == "io.containerd.runtime.v1.linux" else { return nil }
      return (handler, value["options"]?["BinaryName"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "runc")
    }
  }

  /// The daemon's PATH, in which it and its shims look for programs.
  static func searchPath(of daemon: Int32?, proc: String) throws(FileError) -> String {
    try variable("PATH", of: daemon, proc: proc) ?? ""
  }

  /// A variable in the daemon's environment; nil if it is not set.
  static func variable(_ name: String, of daemon: Int32?, proc: String) throws(FileError) -> String? {
    guard let daemon else { throw .noSuchProcess }
    let variables = try File.read("\(proc)/\(daemon)/environ", limit: 1 << 22).split(separator: 0)
    return variables.first { $0.starts(with: "\(name)=".utf8) }
      .map { String(decoding: $0.dropFirst(name.utf8.count + 1), as: UTF8.self) }
  }

  private static func find(_ program: String, in variable: String, root: String) -> String? {
    if program.hasPrefix("/") { return program }
    return variable.split(separator: ":").map { "\($0)/\(program)" }.first { File.isExecutable(root + $0) }
  }

  /// The path with symbolic links resolved; nil if it contains none. Links below a different root point to paths below
  /// that root.
  private func target(of path: String) -> String? {
    guard paths.root.isEmpty, let target = File.realPath(path), target != path else { return nil }
    return target
  }

  /// Runs the program, so the caller must ensure that neither a hostile runtime nor another user chose it.
  private func version(of path: String) -> Observation<String> {
    guard paths.root.isEmpty else { return .unknown(UnknownReason(.otherMountNamespace)) }
    guard let daemon, ProcessTrust.isTrusted(daemon, proc: paths.proc) else {
      return .unknown(UnknownReason(.daemonNotTrusted, path: path))
    }
    if (try? File.exists(path)) == false { return .unknown(UnknownReason(Errno.noSuchFile, path)) }
    guard File.isTrusted(path) else { return .unknown(UnknownReason(.programNotTrusted, path: path)) }
    do throws(Errno) {
      let (termination, output) = try ChildProcess.capture([path, "--version"], timeout: Self.timeout)
      guard termination == .exited(0) else { return .unknown(UnknownReason(.commandFailed, path: "\(path) --version")) }
      return .known(String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    } catch {
      guard error == .timedOut else { return .unknown(UnknownReason(error, path)) }
      return .unknown(
        UnknownReason(
          .timedOut, path: "\(path) --version", errno: error.rawValue, message: "it has not ended within 2 s"))
    }
  }
}
