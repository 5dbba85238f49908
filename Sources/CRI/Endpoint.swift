/// The address of a runtime: a unix socket, written as `unix:///path` or `/path`.
public struct Endpoint: Hashable, Sendable {
  /// The absolute path of the socket.
  public let path: String

  /// Parses an endpoint.
  /// - Throws: `EndpointError` for other schemes, for relative paths, and for paths that are too long for a socket.
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

  /// The maximum length of a unix socket's path, in bytes (the size in `sockaddr_un` without the final NUL).
  public static let longestPath = 107
}

extension Endpoint: CustomStringConvertible {
  /// The endpoint with its scheme, such as `unix:///run/containerd/containerd.sock`.
  public var description: String { "unix://\(path)" }
}

/// The error for text that is not a valid endpoint.
public struct EndpointError: Error, Hashable, Sendable {
  /// Why the text is not valid.
  public enum Reason: Hashable, Sendable {
    /// The scheme is not `unix`. Others are not supported, because access to a CRI socket is root access to the node.
    case scheme(String)
    /// The path is empty.
    case empty
    /// The path is not absolute.
    case relative
    /// The path is longer than `Endpoint.longestPath`.
    case tooLong
  }

  /// The text that was parsed.
  public let text: String
  /// Why it is not valid.
  public let reason: Reason
}

extension EndpointError: CustomStringConvertible {
  /// One line with the text, the reason and, in most cases, a remedy.
  public var description: String {
    let remedy = "use unix:///run/containerd/containerd.sock or /run/containerd/containerd.sock"
    return switch reason {
    case .scheme(let scheme):
      "endpoint \"\(text)\": the scheme \(scheme) is not supported (only unix is); \(remedy)"
    case .empty: "endpoint \"\(text)\" does not name a socket; \(remedy)"
    case .relative: "endpoint \"\(text)\" is not an absolute path; \(remedy)"
    case .tooLong:
      "endpoint \"\(text)\" is longer than the maximum of \(Endpoint.longestPath) bytes; use a shorter path"
    }
  }
}
