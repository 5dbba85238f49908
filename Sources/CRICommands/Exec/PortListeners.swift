internal import CRICommandLine
internal import CRISystem

/// The local ports of `port-forward`.
struct PortListeners: Sendable {
  let acceptor: TCPAcceptor
  /// For each address of the acceptor, the port in the pod.
  let remotes: [UInt16]

  /// - Parameter addresses: IP addresses, or `localhost`.
  /// - Throws: A failure if `cri` cannot listen on a port. `::1` is omitted if the node has no IPv6.
  init(_ ports: [PortMapping], on addresses: [String]) throws(Failure) {
    let acceptor: TCPAcceptor
    do throws(Errno) { acceptor = try TCPAcceptor() } catch { throw Failure(.failed, "cannot listen: \(error)") }
    var remotes: [UInt16] = []
    for port in ports {
      for text in addresses {
        let isLocalhost = text == "localhost"
        guard var address = SocketAddress(ip: isLocalhost ? "127.0.0.1" : text, port: port.local) else { continue }
        do throws(Errno) { address = try acceptor.listen(on: address) } catch {
          throw Failure(.failed, "cannot listen on \(address): \(error)\(Self.remedy(error))")
        }
        remotes.append(port.remote)
        // `::1` uses the same port, even if the kernel chose it.
        if isLocalhost, (try? acceptor.listen(on: .loopback6(port: address.port))) != nil {
          remotes.append(port.remote)
        }
      }
    }
    self.acceptor = acceptor
    self.remotes = remotes
  }

  private static func remedy(_ error: Errno) -> String {
    switch error {
    case .addressInUse: "; specify a different local port, or :REMOTE for any free port"
    case .permissionDenied: "; ports below 1024 require root"
    default: ""
    }
  }

  /// A line for each address, as crictl prints it.
  var lines: [String] {
    zip(acceptor.addresses, remotes).map { "Forwarding from \($0) -> \($1)" }
  }
}
