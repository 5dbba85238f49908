internal import CRIMonitor
internal import CRIReport
internal import CRIStreaming
internal import CRISystem

/// What a monitor serves over HTTP.
final class MonitorPages: Sendable {
  private let content = Locked<(status: MonitorStatus, report: [UInt8]?)>((MonitorStatus(), nil))

  /// Sets what the metrics and the state of health are derived from.
  func update(_ status: MonitorStatus) { content.withLock { $0.status = status } }

  /// Sets the report of the last restart.
  func update(report: [UInt8]) { content.withLock { $0.report = report } }

  func response(to request: DocumentServer.Request, on address: DocumentServer.Address) -> DocumentServer.Response {
    let content = content.withLock { $0 }
    switch request.path {
    case "/metrics":
      let isOpen = request.accept.contains("application/openmetrics-text")
      let format = isOpen ? MonitorMetrics.Format.openMetrics : .prometheus
      return .init(.ok, type: format.type, Array(MonitorMetrics.write(content.status, as: format).utf8))
    case "/healthz":
      let isHealthy = content.status.isHealthy
      return isHealthy ? .init(.ok, "ok") : .init(.unavailable, "the state of the runtime has not been read yet")
    case "/report":
      // Reports name pods. A page in a browser on this node can send requests to TCP ports under its own host name.
      let isUnix = if case .unix = address { true } else { false }
      guard address.isLocal, isUnix || Self.isLocalName(request.host) else {
        return .init(.forbidden, "/report is served only on the node itself")
      }
      guard let report = content.report else { return .init(.notFound, "no restart has been noticed") }
      return .init(.ok, type: "application/json", report)
    default: return .init(.notFound, "not found; the pages are /metrics, /healthz and /report")
    }
  }

  /// Whether a `Host` field names this node by a loopback address or `localhost`, or is missing.
  private static func isLocalName(_ host: String?) -> Bool {
    guard let host, !host.isEmpty else { return true }
    let name = host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : String(host.prefix { $0 != ":" })
    return name == "localhost" || SocketAddress(ip: name, port: 0)?.isLoopback == true
  }
}

extension DocumentServer.Address {
  /// Parses `unix:PATH`, `IP:PORT`, `[IP]:PORT`, or a port on loopback.
  init?(argument text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard path.hasPrefix("/"), path.utf8.count <= UnixSocket.maximumPathLength else { return nil }
      self = .unix(path)
      return
    }
    if let port = UInt16(text) {
      self = .tcp(.loopback(port: port))
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var ip = String(text[..<colon])
    if ip.hasPrefix("["), ip.hasSuffix("]") {
      ip = String(ip.dropFirst().dropLast())
    } else if ip.contains(":") {
      return nil
    }
    guard let address = SocketAddress(ip: ip, port: port) else { return nil }
    self = .tcp(address)
  }
}
