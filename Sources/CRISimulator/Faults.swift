public import CRIGRPC
public import CRIMessages

/// What the simulated runtime does wrong while it runs.
public struct Faults: Sendable {
  /// How a runtime answers that has started, but not recovered its state.
  public enum NotReadyStyle: String, Hashable, Sendable, CaseIterable {
    /// containerd up to 1.7: UNKNOWN, `server is not initialized yet`.
    case unknown
    /// containerd from 2.0: UNAVAILABLE, `server is not initialized yet: unavailable`.
    case unavailable
    /// CRI-O: no answer until it is ready.
    case hang
    /// The socket is not there until it is ready.
    case noSocket = "no-socket"
  }

  /// A status instead of an answer.
  public struct Failure: Hashable, Sendable {
    public var code: StatusCode
    public var message: String

    public init(_ code: StatusCode, _ message: String) {
      self.code = code
      self.message = message
    }
  }

  /// The versions of the interface that are served.
  public var versions: Set<APIVersion> = [.v1]
  /// From the start until the runtime is ready.
  public var notReady: Duration = .zero
  public var notReadyStyle = NotReadyStyle.unknown
  /// From the start until NetworkReady is true.
  public var networkReadyAfter: Duration = .zero
  /// Before each answer, by the method's name; `all` for those that are not named.
  public var delays: [String: Duration] = [:]
  /// Methods that never answer, or `all`.
  public var hanging: Set<String> = []
  /// Methods that fail, or `all`.
  public var failures: [String: Failure] = [:]
  /// The call, counted from 1, in which the runtime dies.
  public var killAfter: Int?

  public init() {}
}

extension Faults {
  /// `250ms`, `1.5s`, `2m`, `1h`; a number alone means seconds.
  public static func duration(_ text: String) -> Duration? {
    let units: [(String, Double)] = [("ms", 0.001), ("us", 0.000_001), ("s", 1), ("m", 60), ("h", 3600)]
    let (digits, factor) =
      units.first { text.hasSuffix($0.0) }.map { (text.dropLast($0.0.utf8.count), $0.1) } ?? (text[...], 1)
    guard let number = Double(digits), number >= 0, number * factor < 1e9 else { return nil }
    return .nanoseconds(Int64(number * factor * 1e9))
  }

  /// Adds `DURATION` or `METHOD=DURATION`.
  /// - Returns: whether it is one of these.
  public mutating func addDelay(_ text: String) -> Bool {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard let last = parts.last, let delay = Self.duration(String(last)) else { return false }
    delays[parts.count > 1 ? String(parts[0]) : "all"] = delay
    return true
  }

  /// Adds `METHOD=CODE:message`, the code as name (`NOT_FOUND`) or number.
  /// - Returns: whether it is that.
  public mutating func addFailure(_ text: String) -> Bool {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { return false }
    let words = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = words[0].uppercased()
    let code = StatusCode.allCases.first { $0.description == name || "\($0.rawValue)" == name }
    guard let code, code != .ok else { return false }
    failures[String(parts[0])] = Failure(code, words.count > 1 ? String(words[1]) : "")
    return true
  }
}
