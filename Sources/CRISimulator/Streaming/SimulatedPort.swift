internal import CRIStreaming

/// A port in a simulated pod: port 7 returns what it receives, and port 80 responds to each request with a page.
enum SimulatedPort {
  /// - Returns: nil for a port on which nothing listens.
  static func at(_ port: UInt16) -> (any ServedPort)? {
    switch port {
    case 7: Echo()
    case 80: Page()
    default: nil
    }
  }

  private struct Echo: ServedPort {
    mutating func receive(_ bytes: [UInt8]) -> [ServedPortAction] { [.send(bytes)] }
    mutating func endOfData() -> [ServedPortAction] { [.close] }
  }

  private struct Page: ServedPort {
    private static let maximumRequestSize = 64 << 10
    private var request: [UInt8] = []

    mutating func receive(_ bytes: [UInt8]) -> [ServedPortAction] {
      request += bytes
      guard request.count <= Self.maximumRequestSize else { return [.close] }
      guard String(decoding: request, as: UTF8.self).contains("\r\n\r\n") else { return [] }
      let body = "simulated\n"
      let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
      return [.send(Array((head + body).utf8)), .close]
    }

    mutating func endOfData() -> [ServedPortAction] { [.close] }
  }
}
