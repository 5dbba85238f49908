/// Where a runtime listens: a unix socket, written `unix:///path` or `/path`.
public struct Endpoint: Hashable, Sendable {
  /// The socket's absolute path.
  public let path: String

  /// - Throws: `EndpointError` for other schemes, relative paths and paths that no socket can have.
  public init(_ text: String) throws(EndpointError) {
    let path: Substring
    if let scheme = text.firstRange(of: "://") {
      guard text[..<scheme.lowerBound] == "unix" else {
        throw EndpointError(text: text, reason: .scheme(String(text[..<scheme.lowerBound])))
      }
      path = text[scheme.upperBound...]
    } else if text.hasPrefix("unix:") {
      path = text.dropFirst(5)
    } else {
      path = text[...]
    }
    guard !path.isEmpty else { throw EndpointError(text: text, reason: .empty) }
    guard path.hasPrefix("/") else { throw EndpointError(text: text, reason: .relative) }
    guard path.utf8.count <= Self.longestPath else { throw EndpointError(text: text, reason: .tooLong) }
    self.path = String(path)
  }

  /// Longest path of a unix socket, in bytes (`sockaddr_un` less its closing NUL).
  public static let longestPath = 107
}

extension Endpoint: CustomStringConvertible {
  /// With its scheme, as in `unix:///run/containerd/containerd.sock`.
  public var description: String { "unix://\(path)" }
}

/// A text that names no unix socket.
public struct EndpointError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// Only `unix` is spoken: a CRI socket gives root on the node and does not belong on a network.
    case scheme(String)
    case empty
    case relative
    case tooLong
  }

  public let text: String
  public let reason: Reason
}

extension EndpointError: CustomStringConvertible {
  public var description: String {
    let remedy = "write unix:///run/containerd/containerd.sock or /run/containerd/containerd.sock"
    return switch reason {
    case .scheme(let scheme):
      "endpoint \"\(text)\": the scheme \(scheme) is not supported, only unix is; \(remedy)"
    case .empty: "endpoint \"\(text)\" names no socket; \(remedy)"
    case .relative: "endpoint \"\(text)\" is not an absolute path; \(remedy)"
    case .tooLong:
      "endpoint \"\(text)\" is longer than the \(Endpoint.longestPath) bytes that a unix socket's path may have"
    }
  }
}
