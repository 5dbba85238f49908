/// The URL of a session, as a runtime returns it.
///
/// `http` and `https` URLs specify a TCP port; `http+unix://%2Frun%2Fx.sock/exec/TOKEN` specifies a unix socket.
struct StreamURL: Hashable {
  enum Address: Hashable {
    /// The host as written in the URL, without the brackets of an IPv6 address.
    case tcp(host: String, port: UInt16)
    case unix(path: String)
  }

  /// The maximum length of a URL in bytes.
  private static let maximumLength = 8 << 10

  let text: String
  let address: Address
  let usesTLS: Bool
  /// The path with the query.
  let target: String
  /// The value of the `Host` field.
  let host: String

  /// - Throws: `.invalidURL`.
  init(_ text: String) throws(StreamingError) {
    func invalid(_ reason: String) -> StreamingError { StreamingError(.invalidURL, reason, url: text) }
    guard text.utf8.count <= Self.maximumLength else { throw invalid("it is longer than 8 KiB") }
    guard text.utf8.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
      throw invalid("it is empty, or contains blanks or control characters")
    }
    guard let end = text.firstRange(of: "://") else { throw invalid("it has no scheme") }
    let scheme = text[..<end.lowerBound].lowercased()
    guard ["http", "https", "http+unix"].contains(scheme) else {
      throw invalid("the scheme \(scheme) is not supported; only http, https and http+unix are")
    }
    let rest = text[end.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let target = rest[authority.endIndex...].prefix { $0 != "#" }
    guard !authority.isEmpty else { throw invalid("it has no host") }
    guard !authority.contains("@") else {
      // Not as text, because a password may precede the host.
      throw StreamingError(
        .invalidURL, "it contains a user name", url: "\(scheme)://\(authority.split(separator: "@").last ?? "")")
    }
    self.text = text
    self.target = target.first == "/" ? String(target) : "/\(target)"
    usesTLS = scheme == "https"
    if scheme == "http+unix" {
      guard let path = Self.decode(authority), path.hasPrefix("/") else {
        throw invalid("the socket is not an absolute path")
      }
      address = .unix(path: path)
      host = "localhost"
      return
    }
    guard let (name, port) = Self.split(authority, standardPort: usesTLS ? 443 : 80) else {
      throw invalid("the host or the port is malformed")
    }
    address = .tcp(host: name, port: port)
    host = String(authority)
  }

  private static func split(_ authority: Substring, standardPort: UInt16) -> (host: String, port: UInt16)? {
    var name = authority
    var rest = authority[authority.endIndex...]
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      name = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
    } else if let colon = authority.firstIndex(of: ":") {
      name = authority[..<colon]
      rest = authority[colon...]
    }
    guard !name.isEmpty else { return nil }
    if rest.isEmpty { return (String(name), standardPort) }
    guard rest.first == ":", rest.dropFirst().allSatisfy(\.isNumber), let port = UInt16(rest.dropFirst()), port > 0
    else { return nil }
    return (String(name), port)
  }

  private static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let code = HTTPHead.escapedByte(rest), code != 0 else { return nil }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
