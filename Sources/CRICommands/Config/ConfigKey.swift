internal import CRICommandLine
internal import CRIJSON
internal import CRIText

/// A key of the configuration, with the type of its values.
enum ConfigKey: String, CaseIterable, Sendable {
  case runtimeEndpoint = "runtime-endpoint"
  case imageEndpoint = "image-endpoint"
  case timeout
  case debug
  case pullImageOnCreate = "pull-image-on-create"
  case disablePullOnRun = "disable-pull-on-run"
  case maxRetries = "max-retries"

  /// - Throws: A usage error with the most similar key.
  static func named(_ name: String) throws(Failure) -> ConfigKey {
    if let key = ConfigKey(rawValue: name) { return key }
    let names = allCases.map(\.rawValue)
    let remedy =
      name.nearest(among: names).map { "did you mean \($0)?" } ?? "the keys are \(names.joined(separator: ", "))"
    throw Failure(.usage, "the configuration has no key \(name); \(remedy)")
  }

  /// The value of a missing key, as crictl shows it.
  var fallback: JSON {
    switch self {
    case .runtimeEndpoint, .imageEndpoint: ""
    case .timeout, .maxRetries: .number("0")
    case .debug, .pullImageOnCreate, .disablePullOnRun: false
    }
  }

  /// Converts text to a value, as it is written to the file.
  func value(_ text: String) throws(Failure) -> JSON {
    switch fallback {
    case .number:
      guard let number = Int64(text), number.magnitude < 1 << 32 else {
        throw Failure(.usage, "\(rawValue) \(text): specify a whole number" + (self == .timeout ? " of seconds" : ""))
      }
      return .number("\(number)")
    case .bool:
      if let flag = GoSpelling.flag(text) { return .bool(flag) }
      throw Failure(.usage, "\(rawValue) \(text): specify true or false")
    default: return .string(text)
    }
  }

  /// A value as text.
  static func text(_ value: JSON) -> String { value.stringValue ?? value.text() }
}
