internal import CRIOpenSSL
internal import CRIStreaming

/// An OpenSSL connection that reads from memory and writes to memory.
final class OpenSSLEngine: TLSEngine {
  private static let recordSize = 16 << 10

  private let connection: OpaquePointer
  /// Encrypted bytes from the peer, in a buffer that the connection owns.
  private let input: OpaquePointer
  /// Encrypted bytes for the peer, in a buffer that the connection owns.
  private let output: OpaquePointer
  /// The name in the server's certificate.
  private let host: String
  private var isReady = false
  private var hasFailed = false
  private(set) var isEnded = false

  /// - Parameter host: The name or the IP address that the server's certificate must contain; nil for a server.
  init(_ context: TLSContext, host: String?, isVerified: Bool) throws(TLSFailure) {
    ERR_clear_error()
    guard let connection = SSL_new(context.pointer) else { throw Self.noMemory }
    guard let input = BIO_new(BIO_s_mem()) else {
      SSL_free(connection)
      throw Self.noMemory
    }
    guard let output = BIO_new(BIO_s_mem()) else {
      BIO_free(input)
      SSL_free(connection)
      throw Self.noMemory
    }
    SSL_set_bio(connection, input, output)
    (self.connection, self.input, self.output, self.host) = (connection, input, output, host ?? "")
    guard let host else {
      SSL_set_accept_state(connection)
      return
    }
    SSL_set_connect_state(connection)
    try expect(host, isVerified)
  }

  deinit { SSL_free(connection) }

  private static var noMemory: TLSFailure { TLSFailure(.unusableSettings, "TLS cannot be initialised: out of memory") }

  private func expect(_ host: String, _ isVerified: Bool) throws(TLSFailure) {
    let parameters = SSL_get0_param(connection)
    // With an empty name, OpenSSL would not check any name.
    guard !host.isEmpty, !host.utf8.contains(0) else {
      throw TLSFailure(.unusableSettings, "the name of the server is empty")
    }
    X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 { return }
    ERR_clear_error()
    // The protocol permits names here, but no addresses (RFC 6066, section 3). A name that cannot be sent may be
    // malformed.
    let isSet = X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 && cri_tls_send_name(connection, host) == 1
    guard isSet || !isVerified else {
      throw OpenSSLError.failure(.unusableSettings, "\(host) cannot be the name of a server")
    }
  }

  private func fail(isHandshake: Bool) -> TLSFailure {
    hasFailed = true
    defer { ERR_clear_error() }
    return OpenSSLError.failure(of: connection, host: host, isHandshake: isHandshake)
  }

  func receive(_ bytes: [UInt8]) throws(TLSFailure) {
    guard !bytes.isEmpty else { return }
    guard BIO_write(input, bytes, Int32(clamping: bytes.count)) == Int32(clamping: bytes.count) else {
      hasFailed = true
      throw Self.noMemory
    }
  }

  func handshake() throws(TLSFailure) -> Bool {
    ERR_clear_error()
    let code = SSL_do_handshake(connection)
    if code == 1 {
      isReady = true
      return true
    }
    guard SSL_get_error(connection, code) == SSL_ERROR_WANT_READ else { throw fail(isHandshake: true) }
    return false
  }

  func read() throws(TLSFailure) -> [UInt8] {
    var decrypted: [UInt8] = []
    while true {
      var failure: TLSFailure?
      let size = max(BIO_ctrl_pending(input), Self.recordSize)
      let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        failure = fill(buffer, &count)
      }
      if decrypted.isEmpty { decrypted = piece } else { decrypted += piece }
      if let failure { throw failure }
      if piece.count < size { return decrypted }
    }
  }

  /// Decrypts until no data is left or the buffer is full.
  private func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) -> TLSFailure? {
    while count < buffer.count {
      ERR_clear_error()
      var length = 0
      let code = SSL_read_ex(connection, buffer.baseAddress.map { $0 + count }, buffer.count - count, &length)
      count += length
      if code == 1 { continue }
      switch SSL_get_error(connection, code) {
      case SSL_ERROR_WANT_READ: return nil
      case SSL_ERROR_ZERO_RETURN:
        isEnded = true
        return nil
      default: return fail(isHandshake: false)
      }
    }
    return nil
  }

  func write(_ bytes: [UInt8], _ range: Range<Int>) throws(TLSFailure) {
    guard !range.isEmpty else { return }
    ERR_clear_error()
    var length = 0
    let code = bytes.withUnsafeBytes {
      SSL_write_ex(connection, $0.baseAddress.map { $0 + range.lowerBound }, range.count, &length)
    }
    // A write to memory always accepts all the bytes.
    guard code == 1, length == range.count else { throw fail(isHandshake: false) }
  }

  func close() {
    guard isReady, !hasFailed else { return }
    ERR_clear_error()
    _ = SSL_shutdown(connection)
    ERR_clear_error()
  }

  func takeOutput() -> [UInt8] {
    let size = BIO_ctrl_pending(output)
    guard size > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, Int(BIO_read(output, buffer.baseAddress, Int32(clamping: buffer.count))))
    }
  }
}
