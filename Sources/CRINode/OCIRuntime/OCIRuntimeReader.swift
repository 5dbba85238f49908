internal import CRIJSON
internal import CRISnapshot
internal import CRISystem

/// Which programs run the containers in the end, and which versions of them.
struct OCIRuntimeReader {
  /// More are not asked for their version: a node has two or three.
  private static let maximum = 8
  private static let patience = Duration.seconds(2)

  /// The runtime's own configuration, from its verbose status; nil where it gives none.
  let configuration: JSON?
  let table: ProcessTable?
  /// The ids of the runtime's own objects.
  let listed: Set<String>
  let daemon: Int32?
  let places: Places

  func read() -> Reading<[OCIRuntime]> {
    let programs = configured().isEmpty ? running() : configured()
    if programs.isEmpty { return .unread(UnreadReason("the runtime does not say which it uses")) }
    let variable: String
    do throws(FileError) {
      variable = try searchPath()
    } catch {
      // Without it a program without a folder cannot be found.
      guard programs.allSatisfy({ $0.program.hasPrefix("/") }) else {
        return .unread(UnreadReason(error, "PATH of the runtime"))
      }
      variable = ""
    }
    var versions: [String: Reading<String>] = [:]
    let preset = configuration?["containerd"]?["defaultRuntimeName"] ?? configuration?["crio"]?["DefaultRuntime"]
    return .read(
      programs.sorted { ($0.handler, $0.program) < ($1.handler, $1.program) }.prefix(Self.maximum).map {
        handler, program in
        guard let path = Self.find(program, in: variable, root: places.root) else {
          return OCIRuntime(
            handler: handler, isDefault: preset?.stringValue == handler, path: program,
            version: .unread(UnreadReason(Errno.noSuchFile, program)))
        }
        let version = versions[path] ?? version(of: path)
        versions[path] = version
        return OCIRuntime(handler: handler, isDefault: preset?.stringValue == handler, path: path, version: version)
      })
  }

  /// What the configuration names, by handler.
  private func configured() -> [(handler: String, program: String)] {
    let containerd = configuration?["containerd"]?["runtimes"]?.objectValue ?? [:]
    let crio = configuration?["crio"]?["Runtimes"]?.objectValue ?? [:]
    return containerd.compactMap { handler, value in
      // Others, such as Kata's, start no program of this kind.
      let type = value["runtimeType"]?.stringValue ?? ""
      guard type.hasPrefix("io.containerd.runc.") || type == "io.containerd.runtime.v1.linux" else { return nil }
      return (handler, value["options"]?["BinaryName"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "runc")
    }
      + crio.compactMap { handler, value in
        let type = value["RuntimeType"]?.stringValue ?? ""
        guard type.isEmpty || type == "oci" else { return nil }
        return (handler, value["RuntimePath"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? handler)
      }
  }

  /// What conmon was told, for CRI-O before it gave its configuration away. Podman's conmons are none of its business.
  private func running() -> [(handler: String, program: String)] {
    let own = table?.keepers.filter {
      listed.contains($0.value.id) && ProcessTrust.isTrusted($0.key, proc: places.proc)
    }
    return Set((own ?? [:]).values.compactMap(\.runtime)).map {
      ($0.split(separator: "/").last.map(String.init) ?? $0, $0)
    }
  }

  private func searchPath() throws(FileError) -> String {
    guard let daemon else { throw .noSuchProcess }
    let variables = try File.read("\(places.proc)/\(daemon)/environ", limit: 1 << 22).split(separator: 0)
    let path = variables.first { $0.starts(with: "PATH=".utf8) }?.dropFirst(5)
    return String(decoding: path ?? [], as: UTF8.self)
  }

  private static func find(_ program: String, in variable: String, root: String) -> String? {
    if program.hasPrefix("/") { return program }
    return variable.split(separator: ":").map { "\($0)/\(program)" }.first { File.isExecutable(root + $0) }
  }

  /// Runs it, which is why neither a hostile runtime nor another user may choose it.
  private func version(of path: String) -> Reading<String> {
    guard places.root.isEmpty else { return .unread(UnreadReason("it is in another file system than ours")) }
    guard let daemon, ProcessTrust.isTrusted(daemon, proc: places.proc) else {
      return .unread(UnreadReason("the runtime does not run as root on this node: \(path) is not run"))
    }
    guard File.isTrusted(path) else {
      return .unread(UnreadReason("other users can change \(path): it is not run"))
    }
    do throws(Errno) {
      let (ending, output) = try ChildProcess.capture([path, "--version"], timeout: Self.patience)
      guard ending == .exited(0) else { return .unread(UnreadReason("\(path) --version failed")) }
      return .read(String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    } catch {
      return .unread(UnreadReason(error, path))
    }
  }
}
