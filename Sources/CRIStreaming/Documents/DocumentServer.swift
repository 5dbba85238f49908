package import CRISystem

/// Serves small documents to GET requests (HTTP/1.1): one request for each connection, with limits on size, number and
/// time.
///
/// A single thread owns all connections, and calls the handler, which must not block.
package final class DocumentServer: Sendable {
  /// An address on which documents are served.
  package enum Address: Hashable, Sendable, CustomStringConvertible {
    case tcp(SocketAddress)
    /// The path of a socket. The umask must not permit others to connect to it.
    case unix(String)

    /// Whether only processes on this machine can connect.
    package var isLocal: Bool {
      switch self {
      case .tcp(let address): address.isLoopback
      case .unix: true
      }
    }

    package var description: String {
      switch self {
      case .tcp(let address): "\(address)"
      case .unix(let path): "unix:\(path)"
      }
    }
  }

  /// What a client asks for.
  package struct Request: Hashable, Sendable {
    /// The path without the query.
    package var path: String
    /// The host that the client has named; nil if it has named none.
    package var host: String?
    /// The media types that the client accepts; empty if it has named none.
    package var accept = ""
  }

  /// A response.
  package struct Response: Hashable, Sendable {
    package var status: Status
    /// The media type.
    package var type: String
    package var body: [UInt8]

    package init(_ status: Status, type: String = "text/plain; charset=utf-8", _ body: [UInt8]) {
      self.status = status
      self.type = type
      self.body = body
    }

    package init(_ status: Status, _ text: String) { self.init(status, Array("\(text)\n".utf8)) }
  }

  /// A status (RFC 9110, section 15).
  package enum Status: Int, Hashable, Sendable {
    case ok = 200
    case badRequest = 400
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case unavailable = 503

    var reason: String {
      switch self {
      case .ok: "OK"
      case .badRequest: "Bad Request"
      case .forbidden: "Forbidden"
      case .notFound: "Not Found"
      case .methodNotAllowed: "Method Not Allowed"
      case .unavailable: "Service Unavailable"
      }
    }
  }

  package typealias Handler = @Sendable (Request) -> Response

  /// The maximum number of connections at the same time; further ones wait in the kernel's queue.
  package static let maximumConnections = 32
  /// The time in which a connection must be finished.
  package static let timeLimit = Duration.seconds(5)

  /// The address, with the port that the kernel has chosen for port 0.
  package let address: Address
  private let loop: DocumentServerLoop
  /// The file of a unix socket.
  private let file: SocketFile?

  /// Begins to serve.
  /// - Throws: The error of a system call, such as `.addressInUse`; `.permissionDenied` if others could connect to a unix
  ///   socket; or the reason why its path was rejected.
  package init(on address: Address, handler: @escaping Handler) throws(FileError) {
    let number: Int32
    switch address {
    case .tcp(var tcp):
      file = nil
      do throws(Errno) {
        let listener = try TCPSocket.listen(on: tcp)
        tcp.port = try listener.localPort()
        number = listener.release()
      } catch {
        throw .system(error)
      }
      self.address = .tcp(tcp)
    case .unix(let path):
      let (file, listener) = try SocketFile.listen(at: path)
      (self.file, number, self.address) = (file, listener.number, address)
    }
    do throws(Errno) {
      let loop = try DocumentServerLoop(Descriptor(owning: number), handler: handler)
      self.loop = loop
      try Thread.detach { loop.run() }
    } catch {
      throw .system(error)
    }
  }

  /// Ends the thread, which closes all connections.
  deinit { loop.stop() }
}
