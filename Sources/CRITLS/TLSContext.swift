internal import CRIOpenSSL
internal import CRIStreaming

/// The settings of connections, which OpenSSL calls a context. They do not change after initialisation.
final class TLSContext: Sendable {
  /// The maximum size of the peer's certificates in bytes.
  private static let maximumChainSize = 64 << 10
  /// The maximum number of authorities between a certificate and a trusted certificate.
  private static let maximumDepth: Int32 = 8
  /// The maximum number of certificates that are read from a file.
  private static let maximumCertificates = 10_000

  // OpenSSL allows several threads to use a context.
  nonisolated(unsafe) let pointer: OpaquePointer

  /// - Throws: `.unusableSettings` if memory is exhausted.
  init(isServer: Bool) throws(TLSFailure) {
    // Neither the configuration file nor anything to which it refers is loaded.
    guard OPENSSL_init_ssl(cri_tls_initialisation(), nil) == 1,
      let pointer = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())
    else { throw OpenSSLError.failure(.unusableSettings, "TLS cannot be initialised") }
    self.pointer = pointer
    guard cri_tls_require_version_1_2(pointer) == 1 else {
      throw OpenSSLError.failure(.unusableSettings, "TLS cannot be initialised")
    }
    cri_tls_limit(pointer, Self.maximumChainSize)
    SSL_CTX_set_verify_depth(pointer, Self.maximumDepth)
    _ = SSL_CTX_set_options(pointer, cri_tls_options())
  }

  deinit { SSL_CTX_free(pointer) }

  /// Requires the peer to have a certificate signed by one of these authorities. Any certificate in the file is
  /// trusted, even if it does not belong to an authority, as in Go.
  /// - Parameter ignoresDamage: Whether to skip damaged certificates.
  func trust(_ pem: [UInt8], ignoresDamage: Bool = false) throws(TLSFailure) {
    let store = SSL_CTX_get_cert_store(pointer)
    let count = try Self.certificates(pem, ignoresDamage: ignoresDamage) { certificate throws(TLSFailure) in
      guard X509_STORE_add_cert(store, certificate) == 1 else {
        throw OpenSSLError.failure(.unusableSettings, "a certificate cannot be used")
      }
    }
    guard count > 0 else {
      throw TLSFailure(.unusableSettings, "the trusted authorities contain no certificate in PEM format")
    }
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
  }

  /// Sets this end's certificate, followed by those of its certificate authorities, and its private key.
  func identify(certificate: [UInt8], key: [UInt8]) throws(TLSFailure) {
    var isFirst = true
    let count = try Self.certificates(certificate, ignoresDamage: false) { certificate throws(TLSFailure) in
      let isUsed =
        isFirst
        ? SSL_CTX_use_certificate(pointer, certificate) == 1 : cri_tls_add_chain_certificate(pointer, certificate) == 1
      isFirst = false
      guard isUsed else { throw OpenSSLError.failure(.unusableSettings, "the certificate cannot be used") }
    }
    guard count > 0 else {
      throw TLSFailure(.unusableSettings, "the certificate file contains no certificate in PEM format")
    }
    let failure: TLSFailure? = Self.withInput(key) { input in
      guard let key = cri_tls_read_key(input) else {
        return OpenSSLError.failure(.unusableSettings, "the private key cannot be used")
      }
      defer { EVP_PKEY_free(key) }
      if SSL_CTX_use_PrivateKey(pointer, key) == 1, SSL_CTX_check_private_key(pointer) == 1 { return nil }
      return OpenSSLError.failure(.unusableSettings, "the private key does not belong to the certificate")
    }
    guard let failure else { return }
    if String(decoding: key, as: UTF8.self).contains("ENCRYPTED") {
      throw TLSFailure(.unusableSettings, "the private key is encrypted; specify one without a passphrase")
    }
    throw failure
  }

  private static func withInput<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      let input = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
      defer { BIO_free(input) }
      ERR_clear_error()
      return body(input)
    }
  }

  /// - Returns: The number of certificates.
  private static func certificates(
    _ pem: [UInt8], ignoresDamage: Bool, _ use: (OpaquePointer) throws(TLSFailure) -> Void
  ) throws(TLSFailure) -> Int {
    var failure: TLSFailure?
    let count = withInput(pem) { input in
      var count = 0
      while failure == nil {
        guard let certificate = cri_tls_read_certificate(input) else {
          let isEnd = OpenSSLError.reason(of: ERR_peek_last_error()) == PEM_R_NO_START_LINE
          defer { ERR_clear_error() }
          if isEnd { break }
          if !ignoresDamage {
            failure = OpenSSLError.failure(.unusableSettings, "certificate \(count + 1) of the file is damaged")
          }
          continue
        }
        defer { X509_free(certificate) }
        count += 1
        guard count <= maximumCertificates else {
          failure = TLSFailure(.unusableSettings, "the file contains more than \(maximumCertificates) certificates")
          break
        }
        do throws(TLSFailure) { try use(certificate) } catch { failure = error }
      }
      return count
    }
    if let failure { throw failure }
    return count
  }
}
