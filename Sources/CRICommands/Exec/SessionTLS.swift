internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem
internal import CRITLS

/// TLS for all sessions of a command. OpenSSL is initialised when the first one requires it.
final class SessionTLS: TLSProvider {
  private let trust: TLSClient.Trust
  private let identity: TLSClient.Identity?
  private let serverName: String?
  /// A warning to print before the first connection.
  private let warning: String?
  private let client = Locked<TLSClient?>(nil)

  init(trust: TLSClient.Trust, identity: TLSClient.Identity?, serverName: String?, warning: String?) {
    self.trust = trust
    self.identity = identity
    self.serverName = serverName
    self.warning = warning
  }

  func makeEngine(host: String) throws(TLSFailure) -> any TLSEngine {
    try shared().makeEngine(host: host)
  }

  private func shared() throws(TLSFailure) -> TLSClient {
    try client.withLock { (client) throws(TLSFailure) in
      if let client { return client }
      let new = try TLSClient(trust: trust, identity: identity, serverName: serverName)
      if let warning { try? StandardStream.error.write(Failure(.done, warning).line) }
      client = new
      return new
    }
  }
}
