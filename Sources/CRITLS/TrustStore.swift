internal import CRIStreaming
internal import CRISystem

/// The certificates of the authorities that the system trusts.
enum TrustStore {
  /// The maximum size of the file in bytes.
  private static let maximumSize = 16 << 20
  /// The files of Debian, Fedora and RHEL, openSUSE, OpenELEC, CentOS 7 and Alpine. Source:
  /// `crypto/x509/root_linux.go`.
  private static let files = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  /// - Throws: `.unusableSettings` if no file can be read.
  static func read() throws(TLSFailure) -> [UInt8] {
    if let path = Environment.value("SSL_CERT_FILE"), !path.isEmpty {
      do throws(FileError) { return try File.readNamed(path, limit: maximumSize) } catch {
        throw TLSFailure(.unusableSettings, "cannot read the trust store \(path) (SSL_CERT_FILE): \(error)")
      }
    }
    for path in files {
      do throws(FileError) { return try File.read(path, limit: maximumSize) } catch {
        guard error == .noSuchFile || error == .notADirectory else {
          throw TLSFailure(.unusableSettings, "cannot read the trust store \(path): \(error)")
        }
      }
    }
    throw TLSFailure(.unusableSettings, "this system has no trust store")
  }
}
