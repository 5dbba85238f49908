internal import CRISystem

/// The reason why reading from a socket or writing to it failed.
enum SocketFailure: Error, Hashable {
  case system(Errno)
  case tls(TLSFailure)
}

extension SocketFailure: CustomStringConvertible {
  var description: String {
    switch self {
    case .system(let errno): "\(errno)"
    case .tls(let failure): "\(failure)"
    }
  }
}
