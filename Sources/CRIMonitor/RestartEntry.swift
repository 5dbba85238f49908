public import CRIJSON
public import CRIProtobuf
internal import CRISnapshot

/// An entry of the history: a restart of the runtime, and the verdict about it.
public struct RestartEntry: Hashable, Sendable {
  /// The maximum length of a version, because the runtime chooses it.
  private static let maximumLength = 100

  /// When the end of the process was noticed. It identifies the entry.
  public var noticed: Timestamp
  /// When the verdict was reached.
  public var verified: Timestamp
  /// The name of the runtime.
  public var runtime: String
  /// The version before.
  public var versionBefore: String
  /// The version after; nil if the runtime was not ready in time.
  public var versionAfter: String?
  /// The process before; nil if it is unknown.
  public var pidBefore: Int32?
  /// The process after; nil if it is unknown.
  public var pidAfter: Int32?
  /// What is known about the end of the process.
  public var explanation: Restart.Explanation
  /// Whether a monitor was running when the process ended.
  public var wasWatched: Bool
  /// The age of the compared state, in seconds.
  public var stateAge: Double
  /// The number of objects that were new, had changed or were removed since that state was read; nil if this is unknown.
  public var changeCount: Int?
  /// The verdict of the report, such as `lost`.
  public var verdict: String
  /// The exit code that `verify` has for this verdict.
  public var exitCode: Int32

  /// Creates an entry for the restart of a runtime.
  /// - Parameters:
  ///   - after: The runtime after the restart; nil if it was not ready in time.
  ///   - verdict: The verdict of the report, and its exit code.
  public init(
    _ restart: Restart, runtime: String, verified: Timestamp, after: (version: String, pid: Int32?)?,
    verdict: (word: String, exitCode: Int32)
  ) {
    noticed = restart.noticed
    self.verified = verified
    self.runtime = Self.shortened(runtime)
    versionBefore = Self.shortened(restart.version)
    versionAfter = after.map { Self.shortened($0.version) }
    pidBefore = restart.daemon.pid
    pidAfter = after?.pid
    explanation = restart.explanation
    wasWatched = restart.wasWatched
    let (seconds, attoseconds) = restart.stateAge.components
    stateAge = Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1000
    changeCount = restart.missesChanges ? nil : restart.changes.count
    self.verdict = verdict.word
    exitCode = verdict.exitCode
  }

  private static func shortened(_ text: String) -> String { String(text.prefix(maximumLength)) }

  /// The entry as a member of the document.
  public var json: JSON {
    [
      "noticed": .string("\(noticed)"), "verified": .string("\(verified)"), "runtime": .string(runtime),
      "cause": explanation.cause.json, "planned": .bool(explanation.isPlanned),
      "programReplaced": explanation.hasNewProgram.map { .bool($0) } ?? .null, "watched": .bool(wasWatched),
      "before": ["version": .string(versionBefore), "pid": JSON(optional: pidBefore)],
      "after": versionAfter.map { ["version": .string($0), "pid": JSON(optional: pidAfter)] } ?? .null,
      "stateAgeSeconds": JSON(stateAge), "changesSince": JSON(optional: changeCount),
      "verdict": .string(verdict), "exitCode": JSON(exitCode),
    ]
  }

  /// Reads an entry; nil if the document has a different form.
  public init?(_ json: JSON) {
    guard let noticed = json["noticed"]?.stringValue.flatMap({ Timestamp($0) }),
      let verified = json["verified"]?.stringValue.flatMap({ Timestamp($0) }),
      let runtime = json["runtime"]?.stringValue, let before = json["before"]?["version"]?.stringValue,
      let verdict = json["verdict"]?.stringValue,
      let exitCode = json["exitCode"]?.intValue.flatMap({ Int32(exactly: $0) }),
      let cause = json["cause"].flatMap({ Restart.Cause($0) })
    else { return nil }
    self.noticed = noticed
    self.verified = verified
    self.runtime = runtime
    versionBefore = before
    versionAfter = json["after"]?["version"]?.stringValue
    pidBefore = json["before"]?["pid"]?.intValue.flatMap { Int32(exactly: $0) }
    pidAfter = json["after"]?["pid"]?.intValue.flatMap { Int32(exactly: $0) }
    explanation = Restart.Explanation(
      cause, isPlanned: json["planned"]?.boolValue ?? false, hasNewProgram: json["programReplaced"]?.boolValue)
    wasWatched = json["watched"]?.boolValue ?? false
    stateAge = json["stateAgeSeconds"]?.doubleValue ?? 0
    changeCount = json["changesSince"]?.intValue.flatMap { Int(exactly: $0) }
    self.verdict = verdict
    self.exitCode = exitCode
  }
}

extension Restart.Cause {
  fileprivate var json: JSON {
    switch self {
    case .unknown: ["kind": "unknown"]
    case .exited(let status): ["kind": "exited", "status": JSON(status)]
    case .killed(let signal): ["kind": "killed", "signal": JSON(signal)]
    case .outOfMemory: ["kind": "out-of-memory"]
    case .stopped: ["kind": "stopped"]
    case .socketReplaced: ["kind": "socket-replaced"]
    }
  }

  fileprivate init?(_ json: JSON) {
    func number(_ key: String) -> Int32? { json[key]?.intValue.flatMap { Int32(exactly: $0) } }
    switch json["kind"]?.stringValue {
    case "exited": self = .exited(status: number("status") ?? 0)
    case "killed": self = .killed(signal: number("signal") ?? 0)
    case "out-of-memory": self = .outOfMemory
    case "stopped": self = .stopped
    case "socket-replaced": self = .socketReplaced
    case .some: self = .unknown
    case nil: return nil
    }
  }
}
