internal import CRICommandLine
internal import CRIJSON
internal import CRINode
internal import CRISnapshot
internal import CRIStreaming
internal import CRISystem
internal import CRITLS

/// The source of the specifications of the node's pods: a file, standard input, or kubelet.
struct PodsSource {
  /// What the user has supplied for kubelet's https port. Nothing else is used, and in particular no key of the node.
  struct Credentials {
    var token: String?
    var trust = TLSClient.Trust.system
    var identity: TLSClient.Identity?
    var serverName: String?
  }

  /// The maximum size in bytes, more than the pods of any node take.
  private static let maximumSize = 64 << 20
  /// The maximum time for kubelet's response if `--timeout` is not given.
  private static let defaultTimeout = Duration.seconds(10)
  private static let remedy = "write it with kubectl get pods -A -o json --field-selector spec.nodeName=NODE"
  private static let remedyOfURL = "pipe the output of kubectl get --raw /api/v1/nodes/NODE/proxy/pods to --pods -"

  private let text: String
  private let credentials: Credentials

  /// - Parameter text: The value of `--pods`.
  init(_ text: String, _ credentials: Credentials) {
    self.text = text
    self.credentials = credentials
  }

  private var isURL: Bool { text.contains("://") }
  private var remedy: String { isURL ? Self.remedyOfURL : Self.remedy }

  /// - Throws: An error with the exit code for usage if the source cannot be read or contains no pods.
  func read() throws(Failure) -> [PodSpecification] {
    let bytes = isURL ? try fetch() : try readFile()
    let document: JSON
    do throws(JSONError) {
      var limits = JSONLimits(forSnapshotOf: bytes.count)
      document = try JSON.parse(bytes, within: &limits)
    } catch {
      throw Failure(.usage, "--pods \(text) is not JSON: \(error); \(remedy)")
    }
    guard let pods = PodSpecification.list(document) else {
      throw Failure(.usage, "--pods \(text) is neither a list of pods nor a pod; \(remedy)")
    }
    return pods
  }

  private func readFile() throws(Failure) -> [UInt8] {
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) {
      return text == "-"
        ? try File.readStandardInput(limit: Self.maximumSize, deadline: deadline)
        : try File.readNamed(text, limit: Self.maximumSize, deadline: deadline)
    } catch {
      throw Failure(.usage, "--pods \(text) cannot be read: \(error); \(remedy)")
    }
  }

  private func fetch() throws(Failure) -> [UInt8] {
    let usesTLS = text.lowercased().hasPrefix("https://")
    let tls = usesTLS ? try client() : nil
    do throws(FetchError) {
      return try Fetch(
        text, userAgent: CRICommand.tool, token: credentials.token, tls: tls, limit: Self.maximumSize,
        timeout: Globals.current.timeout ?? Self.defaultTimeout,
        refusal: { port in usesTLS ? nil : Self.refusal(of: port) }
      ).run()
    } catch {
      throw Failure(.usage, "--pods \(text) cannot be read: \(error.reason); \(Self.remedy(for: error.tls) ?? remedy)")
    }
  }

  private func client() throws(Failure) -> TLSClient {
    do throws(TLSFailure) {
      return try TLSClient(
        trust: credentials.trust, identity: credentials.identity, serverName: credentials.serverName)
    } catch { throw Failure(.usage, "--pods \(text) cannot be read: \(error.reason)") }
  }

  /// Without TLS, only the owner of the port shows that it is kubelet's and not that of another user.
  private static func refusal(of port: UInt16) -> String? {
    let users: Set<UInt32>
    do throws(FileError) { users = try TCPListeners.users(of: port) } catch {
      return "the owner of port \(port) is unknown: \(error)"
    }
    guard let user = users.first(where: { $0 != 0 && $0 != Environment.userID }) else { return nil }
    return "user \(user) listens on port \(port), so it might not be kubelet"
  }

  private static func remedy(for failure: TLSFailure.Kind?) -> String? {
    switch failure {
    case .untrusted: "specify the certificate of kubelet or of its authority with --pods-ca"
    case .wrongName: "specify a name of kubelet's certificate with --pods-server-name"
    case .notValidNow: "renew kubelet's certificate, or check the clock of this node"
    case .clientCertificateRefused: "specify a certificate that kubelet accepts with --pods-cert and --pods-key"
    default: nil
    }
  }
}
