public import CRIGRPC
public import CRIMessages

/// The faults that are injected into a simulated runtime.
public struct Faults: Sendable {
  /// How a runtime responds after it has started but before it has recovered its state.
  public enum NotReadyStyle: String, Hashable, Sendable, CaseIterable {
    /// Calls fail with UNKNOWN and `server is not initialized yet`, as with containerd up to 1.7.
    case unknown
    /// Calls fail with UNAVAILABLE and `server is not initialized yet: unavailable`, as with containerd 2.0 and later.
    case unavailable
    /// Calls receive no response until the runtime is ready, as with CRI-O.
    case hang
    /// The socket does not exist until the runtime is ready.
    case noSocket = "no-socket"
  }

  /// The error status of a method that fails.
  public struct Failure: Hashable, Sendable {
    /// The status code.
    public var code: StatusCode
    /// The error message.
    public var message: String

    /// Creates a failure.
    public init(_ code: StatusCode, _ message: String) {
      self.code = code
      self.message = message
    }
  }

  /// The versions of the CRI that the runtime serves.
  public var versions: Set<APIVersion> = [.v1]
  /// The time from the start until the runtime is ready.
  public var notReady: Duration = .zero
  /// How the runtime responds until it is ready.
  public var notReadyStyle = NotReadyStyle.unknown
  /// The time from the start until the condition `NetworkReady` is true.
  public var networkReadyAfter: Duration = .zero
  /// The delay before each response, by the method's name. `all` applies to all methods that are not named.
  public var delays: [String: Duration] = [:]
  /// The names of methods that never respond, or `all`.
  public var hanging: Set<String> = []
  /// The failures of methods, by the method's name. `all` applies to all methods that are not named.
  public var failures: [String: Failure] = [:]
  /// The number of the call, starting at 1, during which the runtime dies; nil for none.
  public var killAfter: Int?
  /// Whether sessions reject SPDY, as with CRI-O and conmon-rs. It takes effect when the runtime is created.
  public var refusesSPDY = false
  /// The URL that `Exec`, `Attach` and `PortForward` return instead of the simulated runtime's own URLs. It takes
  /// effect when the runtime is created.
  public var streamingURL: String?

  /// Creates a value without faults.
  public init() {}
}

extension Faults {
  /// Parses a duration such as `250ms`, `1.5s`, `2m` or `1h`. A number without a unit is in seconds. Returns nil if the
  /// text is invalid.
  public static func duration(_ text: String) -> Duration? {
    let units: [(String, Double)] = [("ms", 0.001), ("us", 0.000_001), ("s", 1), ("m", 60), ("h", 3600)]
    let (digits, factor) =
      units.first { text.hasSuffix($0.0) }.map { (text.dropLast($0.0.utf8.count), $0.1) } ?? (text[...], 1)
    guard let number = Double(digits), number >= 0, number * factor < 1e9 else { return nil }
    return .nanoseconds(Int64(number * factor * 1e9))
  }

  /// Adds a delay from text of the form `DURATION` or `METHOD=DURATION`.
  /// - Returns: false if the text is invalid.
  public mutating func addDelay(_ text: String) -> Bool {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard let last = parts.last, let delay = Self.duration(String(last)) else { return false }
    delays[parts.count > 1 ? String(parts[0]) : "all"] = delay
    return true
  }

  /// Adds a failure from text of the form `METHOD=CODE:message`. The code is a name (`NOT_FOUND`) or a number.
  /// - Returns: false if the text is invalid.
  public mutating func addFailure(_ text: String) -> Bool {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { return false }
    let status = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = status[0].uppercased()
    let code = StatusCode.all.first { $0.description == name || "\($0.rawValue)" == name }
    guard let code, code != .ok else { return false }
    failures[String(parts[0])] = Failure(code, status.count > 1 ? String(status[1]) : "")
    return true
  }
}
