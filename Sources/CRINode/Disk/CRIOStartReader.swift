internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Reads what CRI-O will find when it starts with its present files.
struct CRIOStartReader {
  /// The files of the storage library, of which it reads the first that exists (containers-storage.conf(5)).
  private static let storageFiles = ["/etc/containers/storage.conf", "/usr/share/containers/storage.conf"]

  let files: NodeFiles
  let configuration: CRIOConfiguration
  /// The configuration that the daemon reports.
  let status: JSON
  /// The paths of the ready sandboxes' files.
  let paths: [CRIOPaths]
  /// The socket at which we reached the daemon, in our own file system.
  let socket: String
  let daemon: Int32?
  let proc: String

  func read() -> Observation<CRIOStart> {
    do throws(FileError) {
      let storage = try storageSettings()
      return .known(
        CRIOStart(
          storage: change(paths.first?.containers) { containers in
            guard let driver = nextDriver(storage, containers) else { return nil }
            return "\(configuration.root ?? storage.root ?? CRIOConfiguration.defaultRoot)/\(driver)-containers"
          },
          state: change(paths.lazy.compactMap(\.stateRoot).first) { _ in
            configuration.stateDirectory ?? storage.stateDirectory ?? "/run/containers/storage"
          },
          address: files.isSame(configuration.address, asLocal: socket)
            ? nil : CRIOStart.Change(now: socket, next: configuration.address),
          ociRoots: ociRoots(), missingPrograms: try missingPrograms()))
    } catch {
      return .unknown(UnknownReason(error, Self.storageFiles[0]))
    }
  }

  private func change(_ now: String?, _ next: (String) -> String?) -> CRIOStart.Change? {
    guard let now, let next = next(now), PlainText.path(now) != PlainText.path(next) else { return nil }
    if let identity = files.identity(of: next), identity == files.identity(of: now) { return nil }
    return CRIOStart.Change(now: now, next: next)
  }

  // MARK: Storage

  private func storageSettings() throws(FileError) -> StorageSettings {
    let variable = try OCIRuntimeReader.variable("CONTAINERS_STORAGE_CONF", of: daemon, proc: proc)
    for path in variable.map({ [$0] }) ?? Self.storageFiles where try files.exists(path) {
      return StorageSettings(try files.toml(path))
    }
    return StorageSettings()
  }

  /// The storage driver of the next start; the present one if none is configured, because CRI-O then uses the driver
  /// whose directory exists.
  private func nextDriver(_ storage: StorageSettings, _ containers: String) -> String? {
    let name = containers.split(separator: "/").last.map { String($0.dropLast("-containers".count)) }
    let next = configuration.storageDriver ?? storage.driver ?? name
    // The storage library knows one driver under two names.
    return next == "overlay2" ? "overlay" : next
  }

  // MARK: OCI runtimes

  /// The changed state directories. A handler that configures none keeps CRI-O's default.
  private func ociRoots() -> [String: CRIOStart.Change] {
    var changes: [String: CRIOStart.Change] = [:]
    for (handler, running) in status["crio"]?["Runtimes"]?.objectValue ?? [:] {
      guard configuration.handlers.contains(handler), let now = running["RuntimeRoot"]?.stringValue, !now.isEmpty,
        let next = configuration.setting(.root, of: handler)
      else { continue }
      changes[handler] = change(now) { _ in next }
    }
    return changes
  }

  // MARK: Programs

  /// Source: CRI-O's `RuntimeConfig.Validate` (pkg/config). It ignores a handler whose program does not exist, unless
  /// it is the default one, and checks the monitor of every other handler.
  private func missingPrograms() throws(FileError) -> [MissingProgram] {
    let search = ProgramSearch(files: files, daemon: daemon, proc: proc)
    var missing: [MissingProgram] = []
    func require(_ program: String, _ setting: String) throws(FileError) {
      let isFound =
        if program.hasPrefix("/") { try files.exists(program) } else { try search.exists(program) }
      let entry = MissingProgram(setting: setting, program: program)
      if !isFound, !missing.contains(entry) { missing.append(entry) }
    }
    let defaultHandler = configuration.defaultRuntime ?? status["crio"]?["DefaultRuntime"]?.stringValue ?? ""
    for handler in configuration.handlers.sorted() {
      let prefix = "crio.runtime.runtimes.\(handler)"
      let program = configuration.setting(.path, of: handler) ?? handler
      if handler == defaultHandler {
        try require(program, "\(prefix).runtime_path")
      } else if try !search.exists(program) {
        continue
      }
      guard ["oci", ""].contains(configuration.setting(.type, of: handler) ?? "") else { continue }
      if let monitor = configuration.monitor {
        try require(monitor, "crio.runtime.conmon")
      } else {
        try require(configuration.setting(.monitor, of: handler) ?? "conmon", "\(prefix).monitor_path")
      }
    }
    try require(configuration.namespaceProgram ?? "pinns", "crio.runtime.pinns_path")
    return missing
  }
}
