internal import ArgumentParser
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem
internal import CRITLS

/// How the runtime's streaming server is verified, if its URLs begin with https.
struct TLSOptions: ParsableArguments {
  private static let maximumSize = 1 << 20
  /// The name that crictl expects in the certificate, unless an option names another one.
  private static let crictlServerName = "localhost"

  @Option(
    help: ArgumentHelp(
      "For https: trust the certificate authorities in this file (PEM) instead of the system's.",
      valueName: "file"))
  var tlsCa: String?

  @Option(
    help: ArgumentHelp(
      "For https: the certificate of this client (PEM), if the runtime requires one.", valueName: "file"))
  var tlsCert: String?

  @Option(
    help: ArgumentHelp("For https: the private key of --tls-cert (PEM, without a passphrase).", valueName: "file"))
  var tlsKey: String?

  @Option(
    name: [.customLong("tls-server-name"), .customLong("tls-sni")],
    help: ArgumentHelp(
      "For https: the name or address that the certificate must have (default: the host in the URL).", valueName: "name"
    ))
  var tlsServerName: String?

  @Flag(help: "For https: do not verify the certificate of the runtime's streaming server.")
  var insecure = false

  func validate() throws {
    guard (tlsCert == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together; specify both")
    }
    if insecure, tlsCa != nil {
      throw ValidationError("--insecure and --tls-ca are mutually exclusive; specify one of them")
    }
    if insecure, tlsServerName != nil {
      throw ValidationError("--insecure and --tls-server-name are mutually exclusive; specify one of them")
    }
    if tlsServerName == "" { throw ValidationError("--tls-server-name is empty; specify a name, or omit the option") }
  }

  /// Reads the files. OpenSSL is not used before a session requires it.
  func provider() throws(Failure) -> SessionTLS {
    let isCrictl = CrictlBehaviour.unverifiedSessions.isActive
    let authorities = try tlsCa.map { path throws(Failure) in try Self.read(path, "--tls-ca") }
    var identity: TLSClient.Identity?
    if let tlsCert, let tlsKey {
      identity = TLSClient.Identity(
        certificate: try Self.read(tlsCert, "--tls-cert"), key: try Self.read(tlsKey, "--tls-key"))
    }
    // Source: `tlsConfigFromFlags` of crictl 1.36.
    let isDefault = isCrictl && authorities == nil && identity == nil
    let trust: TLSClient.Trust =
      insecure || isDefault ? .everything : authorities.map { .authorities($0) } ?? .system
    return SessionTLS(
      trust: trust, identity: identity, serverName: tlsServerName ?? (isCrictl ? Self.crictlServerName : nil),
      warning: trust == .everything ? Self.warning(isOption: insecure) : nil)
  }

  private static func warning(isOption: Bool) -> String {
    let loss = "the runtime's certificate is not verified, so another program could read and change this session"
    return isOption ? "--insecure: \(loss)" : "\(loss); specify --tls-ca to verify it"
  }

  private static func read(_ path: String, _ option: String) throws(Failure) -> [UInt8] {
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) { return try File.readNamed(path, limit: maximumSize, deadline: deadline) } catch {
      throw Failure(.usage, "cannot read \(path) (\(option)): \(error)")
    }
  }
}
