/// One end of a TLS connection. It performs no I/O: it converts between the encrypted and the decrypted bytes of the
/// connection. A value is used by one thread.
public protocol TLSEngine: AnyObject {
  /// Adds encrypted bytes that have arrived.
  func receive(_ bytes: [UInt8]) throws(TLSFailure)
  /// Continues the handshake with the data that has arrived.
  /// - Returns: True once the handshake is complete.
  func handshake() throws(TLSFailure) -> Bool
  /// Decrypts everything that has arrived.
  func read() throws(TLSFailure) -> [UInt8]
  /// Whether the peer has announced (`close_notify`) that it will send no more data.
  var isEnded: Bool { get }
  /// Encrypts `bytes[range]`.
  func write(_ bytes: [UInt8], _ range: Range<Int>) throws(TLSFailure)
  /// Announces to the peer that this end will send no more data. This has no effect after a failure.
  func close()
  /// Returns the encrypted bytes to send. There may be some after each of the other calls, even if a call failed.
  func takeOutput() -> [UInt8]
}

/// Creates TLS engines with common settings. `CRITLS` implements this protocol with OpenSSL, so that `CRIStreaming`
/// itself does not need a TLS library.
public protocol TLSProvider: Sendable {
  /// Begins a connection.
  /// - Parameter host: The host of the URL, without the brackets of an IPv6 address. Servers ignore it.
  /// - Throws: `TLSFailure` if the settings are not usable.
  func makeEngine(host: String) throws(TLSFailure) -> any TLSEngine
}
