internal import ArgumentParser
internal import CRIStreaming
internal import CRISystem
internal import CRITLS

/// TLS for exec, attach and port-forward sessions.
struct StreamTLSOptions: ParsableArguments {
  private static let maximumSize = 1 << 20

  @Option(
    help: ArgumentHelp(
      "Serve exec, attach and port-forward over https with this certificate (PEM). It must be valid for 127.0.0.1.",
      valueName: "file"))
  var streamTlsCert: String?

  @Option(help: ArgumentHelp("The private key of the certificate (PEM, without a passphrase).", valueName: "file"))
  var streamTlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Require clients to present a certificate that is signed by an authority in this file.", valueName: "file"))
  var streamTlsClientCa: String?

  func validate() throws {
    guard (streamTlsCert == nil) == (streamTlsKey == nil) else {
      throw ValidationError("--stream-tls-cert and --stream-tls-key belong together; specify both")
    }
    if streamTlsClientCa != nil, streamTlsCert == nil {
      throw ValidationError("--stream-tls-client-ca requires --stream-tls-cert")
    }
  }

  /// - Returns: nil if sessions use http.
  func provider() throws -> (any TLSProvider)? {
    guard let streamTlsCert, let streamTlsKey else { return nil }
    let identity = TLSClient.Identity(certificate: try Self.read(streamTlsCert), key: try Self.read(streamTlsKey))
    let authorities = try streamTlsClientCa.map(Self.read)
    do throws(TLSFailure) { return try TLSServer(identity: identity, clientAuthorities: authorities) } catch {
      throw ValidationError("--stream-tls-cert \(streamTlsCert): \(error)")
    }
  }

  private static func read(_ path: String) throws -> [UInt8] {
    do throws(FileError) { return try File.readNamed(path, limit: maximumSize) } catch {
      throw ValidationError("cannot read \(path): \(error)")
    }
  }
}
