internal import ArgumentParser
internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem
internal import CRITLS

/// The option `--pods` of all commands that predict what kubelet does, and the credentials for kubelet.
struct PodsOption: ParsableArguments {
  private static let maximumSize = 1 << 20

  @Option(
    help: ArgumentHelp(
      "The node's pods, in the JSON format of kubectl get pods -o json or of kubelet's /pods: a file, - for standard input, or "
        + "the URL of kubelet on this machine, such as https://127.0.0.1:10250/pods, or http://127.0.0.1:10255/pods for "
        + "its read-only port. Only the restart policies, the owners and the kinds of containers are used, because they "
        + "determine what kubelet does.",
      valueName: "file|url"))
  var pods: String?

  @Option(
    help: ArgumentHelp(
      "For --pods with https: a file with the token of an account that may get nodes/proxy.", valueName: "file"))
  var podsToken: String?

  @Option(
    help: ArgumentHelp(
      "For --pods with https: trust this certificate (PEM), as a certificate authority or as kubelet's own certificate, "
        + "instead of the system's authorities.",
      valueName: "file"))
  var podsCa: String?

  @Option(help: ArgumentHelp("For --pods with https: the client's certificate (PEM).", valueName: "file"))
  var podsCert: String?

  @Option(
    help: ArgumentHelp(
      "For --pods with https: the private key of --pods-cert (PEM, without a passphrase).", valueName: "file"))
  var podsKey: String?

  @Option(
    help: ArgumentHelp(
      "For --pods with https: the name that kubelet's certificate must have, usually the node's (default: the host in "
        + "the URL).",
      valueName: "name"))
  var podsServerName: String?

  func validate() throws {
    guard (podsCert == nil) == (podsKey == nil) else {
      throw ValidationError("--pods-cert and --pods-key belong together; specify both")
    }
    if podsServerName == "" {
      throw ValidationError("--pods-server-name is empty; specify a name, or omit the option")
    }
    let hasCredentials = [podsToken, podsCa, podsCert, podsServerName].contains { $0 != nil }
    if hasCredentials, pods?.lowercased().hasPrefix("https://") != true {
      throw ValidationError("the options --pods-… are for https; specify --pods https://127.0.0.1:10250/pods")
    }
  }

  /// Whether the pods come from standard input.
  var readsStandardInput: Bool { pods == "-" }

  /// Reads the pods; nil if the option is not given.
  func read() throws(Failure) -> [PodSpecification]? {
    guard let pods else { return nil }
    return try PodsSource(pods, try credentials()).read()
  }

  private func credentials() throws(Failure) -> PodsSource.Credentials {
    var credentials = PodsSource.Credentials()
    credentials.serverName = podsServerName
    if let podsToken { credentials.token = try Self.token(podsToken) }
    if let podsCa { credentials.trust = .authorities(try Self.file(podsCa, "--pods-ca")) }
    if let podsCert, let podsKey {
      credentials.identity = TLSClient.Identity(
        certificate: try Self.file(podsCert, "--pods-cert"), key: try Self.file(podsKey, "--pods-key"))
    }
    return credentials
  }

  private static func file(_ path: String, _ option: String) throws(Failure) -> [UInt8] {
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) { return try File.readNamed(path, limit: maximumSize, deadline: deadline) } catch {
      throw Failure(.usage, "cannot read \(path) (\(option)): \(error)")
    }
  }

  private static func token(_ path: String) throws(Failure) -> String {
    let bytes = try file(path, "--pods-token")
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    // A token is a single word of visible characters (RFC 6750, section 2.1), so it cannot add header fields.
    guard text.count == 1, let token = text.first, token.utf8.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
      throw Failure(.usage, "\(path) (--pods-token) does not contain a token; the file must contain one word")
    }
    return String(token)
  }
}
