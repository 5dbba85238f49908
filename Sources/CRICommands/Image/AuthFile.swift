internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIText

/// A file in which `podman login`, `docker login` and similar programs keep credentials, by registry or by a part of a
/// registry (containers-auth.json(5), Docker's config.json).
struct AuthFile: Hashable, Sendable {
  let path: String
  /// Whether the user named the file, in which case it must exist.
  var isNamed = false
  /// Whether the file has the format of Docker before 1.7: the entries of `auths` without anything around them.
  var isLegacy = false

  /// What a file contains about a registry.
  enum Found: Hashable, Sendable {
    case login(AuthConfig, key: String, file: String)
    /// The credentials are not in the file, but in the program `docker-credential-` followed by this name.
    case helper(String, key: String, file: String)
  }

  /// The usual credential files, in the order of their precedence.
  static func usual(_ environment: (String) -> String?, user: UInt32) -> [AuthFile] {
    func directory(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    if let named = directory("REGISTRY_AUTH_FILE") { return [AuthFile(path: named, isNamed: true)] }
    let home = directory("HOME")
    let docker = directory("DOCKER_CONFIG") ?? home.map { "\($0)/.docker" }
    let config = directory("XDG_CONFIG_HOME") ?? home.map { "\($0)/.config" }
    let paths = [
      directory("XDG_RUNTIME_DIR").map { "\($0)/containers/auth.json" }, "/run/containers/\(user)/auth.json",
      config.map { "\($0)/containers/auth.json" }, docker.map { "\($0)/config.json" },
    ]
    let legacy = home.map { AuthFile(path: "\($0)/.dockercfg", isLegacy: true) }
    return paths.compactMap { $0 }.withoutDuplicates.map { AuthFile(path: $0) } + [legacy].compactMap { $0 }
  }

  /// The first credentials for an image that any of the files contains.
  /// - Parameter warn: Receives the problems of files that the user did not name: they may concern another registry.
  static func login(
    for image: String, in files: [AuthFile], warn: (Failure) throws -> Void
  ) throws -> Found? {
    let registry = RegistryPath(image: image)
    var possible: Found?
    for file in files {
      do {
        guard let (found, isCertain) = try file.login(for: registry) else { continue }
        if isCertain { return found }
        possible = possible ?? found
      } catch let failure as Failure where !file.isNamed {
        try warn(failure)
      }
    }
    return possible
  }

  /// - Returns: What the file says, and whether it certainly has credentials for the registry; nil if it has none.
  private func login(for registry: RegistryPath) throws -> (found: Found, isCertain: Bool)? {
    guard let document = try read() else { return nil }
    let entries = (isLegacy ? document : document["auths"])?.objectValue ?? [:]
    let matching = entries.filter { RegistryPath(key: $0.key).holds(registry) }
    // An entry for a part of a registry takes precedence over an entry for the whole.
    let best = matching.max { RegistryPath(key: $0.key).parts.count < RegistryPath(key: $1.key).parts.count }
    if let best, let login = try Self.login(best.value, best.key, path) {
      return (.login(login, key: best.key, file: path), true)
    }
    let helpers = document["credHelpers"]?.objectValue ?? [:]
    if let helper = helpers.first(where: { RegistryPath(key: $0.key).holds(registry) }),
      let name = helper.value.stringValue
    {
      return (.helper(name, key: helper.key, file: path), true)
    }
    guard let store = document["credsStore"]?.stringValue, !store.isEmpty else { return nil }
    // An empty entry means that the store has the credentials. Without an entry, the store may have one for any
    // registry, as docker-credential-ecr-login does.
    if let best { return (.helper(store, key: best.key, file: path), true) }
    return (.helper(store, key: registry.parts.first.map(String.init) ?? "", file: path), false)
  }

  private func read() throws -> JSON? {
    let bytes: [UInt8]
    do throws(FileError) {
      let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
      bytes = try File.readNamed(path, limit: 1 << 20, deadline: deadline)
    } catch {
      // Files of other users are ignored.
      if !isNamed, [.noSuchFile, .notADirectory, .permissionDenied].contains(error) { return nil }
      throw Failure(.usage, "the credentials in \(path) cannot be read: \(error)")
    }
    if !bytes.contains(where: { $0 > 0x20 }) { return nil }
    guard let document = try? JSON.parse(bytes), document.objectValue != nil else {
      throw Failure(.usage, "the credentials in \(path) are not a JSON object")
    }
    return document
  }

  /// - Returns: nil if the entry has no credentials.
  private static func login(_ entry: JSON, _ key: String, _ path: String) throws -> AuthConfig? {
    func text(_ name: String) -> String { entry[name]?.stringValue ?? "" }
    var login = AuthConfig(
      username: text("username"), password: text("password"), identityToken: text("identitytoken"),
      registryToken: text("registrytoken"))
    let auth = text("auth")
    if !auth.isEmpty {
      // base64(1) breaks its output into lines, and Docker accepts that.
      guard let bytes = Base64.decode(String(decoding: auth.utf8.filter { $0 != 10 && $0 != 13 }, as: UTF8.self)),
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
      else {
        throw Failure(.usage, "\(path): the value of \(key) is not user:password in base64")
      }
      login.username = String(decoding: bytes[..<colon], as: UTF8.self)
      // Docker pads the password with NUL bytes.
      let password = bytes[(colon + 1)...].reversed().drop { $0 == 0 }.reversed()
      login.password = String(decoding: Array(password), as: UTF8.self)
    }
    // A token replaces the password.
    if !login.identityToken.isEmpty { (login.username, login.password) = ("", "") }
    return login == AuthConfig() ? nil : login
  }
}
