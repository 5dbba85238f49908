/// Certificates for TLS tests, created in a new directory by the command `openssl`.
///
/// `authority` and `other` are authorities. `authority` has signed `good` (for 127.0.0.1, localhost and node.example),
/// `named` (only for node.example), `common` (127.0.0.1 only as its common name), `expired` and `client`; `other` has
/// signed `stranger`. `self` is self-signed.
package struct TestCertificates: Sendable {
  private let directory: TemporaryDirectory

  package init() async throws {
    directory = try TemporaryDirectory()
    let process = try SpawnedProcess(["/bin/sh", "-euc", Self.script, "sh", directory.path])
    let (code, text) = await process.end()
    guard code == 0 else { throw Failed(text: text) }
  }

  package struct Failed: Error { let text: String }

  /// The path of a certificate.
  package func certificate(_ name: String) -> String { directory.file("\(name).pem") }
  /// The path of the private key of a certificate.
  package func key(_ name: String) -> String { directory.file("\(name).key") }
  /// The path of another file in the same directory.
  package func file(_ name: String) -> String { directory.file(name) }

  private static let script = #"""
    exec 2>&1
    cd "$1"
    new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    authority() {
      openssl req -x509 $new -days 30 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
    }
    sign() { # NAME AUTHORITY DAYS SUBJECT NAMES
      openssl req -new $new -subj "/CN=$4" -keyout "$1.key" -out "$1.csr"
      echo "subjectAltName=$5" >"$1.ext"
      openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.pem"
    }
    authority authority; authority other
    sign good authority 30 good IP:127.0.0.1,DNS:localhost,DNS:node.example
    sign named authority 30 named DNS:node.example
    sign common authority 30 127.0.0.1 DNS:node.example
    sign expired authority -1 expired IP:127.0.0.1
    sign client authority 30 client DNS:client
    sign stranger other 30 stranger DNS:client
    openssl req -x509 $new -days 30 -subj /CN=self -keyout self.key -out self.pem -addext subjectAltName=IP:127.0.0.1
    openssl ec -in client.key -aes256 -passout pass:secret -out encrypted.key
    """#
}
