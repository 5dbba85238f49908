internal import CRIOpenSSL
internal import CRIStreaming

/// The errors of OpenSSL's functions, which OpenSSL keeps in a queue for each thread.
enum OpenSSLError {
  /// Alerts from a server that did not receive an acceptable certificate (RFC 8446, section 6.2). OpenSSL adds 1000 to
  /// their numbers.
  private static let certificateAlerts: Set<Int32> = [1042, 1043, 1044, 1045, 1046, 1048, 1116]
  private static let wrongNames: Set<Int32> = [X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH]
  private static let wrongTimes: Set<Int32> = [X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID]
  /// The errors that OpenSSL reports if the first bytes are not TLS.
  private static let notTLS: Set<Int32> = [
    SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_UNEXPECTED_MESSAGE,
    SSL_R_BAD_RECORD_TYPE, SSL_R_PACKET_LENGTH_TOO_LONG,
  ]

  static func reason(of code: UInt) -> Int32 { ERR_GET_REASON(code) }

  /// A failure with the thread's oldest error as the reason.
  static func failure(_ kind: TLSFailure.Kind, _ text: String) -> TLSFailure {
    let code = ERR_peek_error()
    return TLSFailure(kind, code == 0 ? text : "\(text): \(self.text(code))")
  }

  /// The failure of a connection.
  static func failure(of connection: OpaquePointer, host: String, isHandshake: Bool) -> TLSFailure {
    let code = ERR_peek_error()
    let reason = Self.reason(of: code)
    if reason == SSL_R_CERTIFICATE_VERIFY_FAILED { return failure(ofVerifying: connection, host: host) }
    if certificateAlerts.contains(reason) {
      return TLSFailure(.clientCertificateRefused, "the peer did not accept the certificate of this end: \(text(code))")
    }
    if isHandshake, notTLS.contains(reason) {
      return TLSFailure(.notTLS, "the peer does not speak TLS: \(text(code))")
    }
    return TLSFailure(
      .handshakeFailed,
      "\(isHandshake ? "the TLS handshake failed" : "TLS failed"): \(code == 0 ? "no reason" : text(code))")
  }

  private static func failure(ofVerifying connection: OpaquePointer, host: String) -> TLSFailure {
    let result = Int32(truncatingIfNeeded: SSL_get_verify_result(connection))
    let text = X509_verify_cert_error_string(Int(result)).map { String(cString: $0) } ?? "error \(result)"
    if wrongNames.contains(result) {
      return TLSFailure(.wrongName, "the certificate of the server is not valid for \(host)")
    }
    return TLSFailure(
      wrongTimes.contains(result) ? .notValidNow : .untrusted, "the certificate of the peer is not trusted: \(text)")
  }

  private static func text(_ code: UInt) -> String {
    ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
