/// The options of a running CRI-O: its command line and its environment.
///
/// Every flag has an environment variable, such as `CONTAINER_INTERNAL_WIPE` for `--internal-wipe` (CRI-O:
/// `internal/criocli`).
public struct CRIOOptions: Hashable, Sendable {
  private var flags: [String: [String]] = [:]
  private var variables: [String: String] = [:]

  /// - Parameters:
  ///   - arguments: The command line, with or without the program's name.
  ///   - environment: The variables in the form `NAME=VALUE`.
  public init(arguments: [String] = [], environment: [String] = []) {
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("-") && argument != "-" {
      // Go's flag package accepts one or two dashes.
      let text = argument.drop { $0 == "-" }
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let word = parts.first.map(String.init), !word.isEmpty else { break }
      let name = Self.shortNames[word] ?? word
      if parts.count > 1 {
        flags[name, default: []].append(String(parts[1]))
      } else if Self.booleans.contains(name) {
        flags[name, default: []].append("true")
      } else if index + 1 < arguments.count {
        flags[name, default: []].append(arguments[index + 1])
      }
    }
    for variable in environment {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].hasPrefix("CONTAINER_") else { continue }
      variables[String(parts[0])] = String(parts[1])
    }
  }

  private static let shortNames = ["c": "config", "d": "config-dir", "r": "root", "s": "storage-driver"]
  /// The flags that are relevant here and do not take a separate value.
  private static let booleans: Set = ["internal-wipe"]

  /// The value of a flag, or that of its environment variable; nil if neither is set.
  func value(of name: String) -> String? { flags[name]?.last ?? variables[Self.variable(name)] }

  /// A Boolean in Go's form (`strconv.ParseBool`); nil if it is not set or not a Boolean.
  func flag(_ name: String) -> Bool? {
    switch value(of: name) {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }

  /// The values of a repeatable flag; each occurrence may contain a comma-separated list.
  func list(of name: String) -> [String] {
    let all = flags[name] ?? variables[Self.variable(name)].map { [$0] } ?? []
    return all.flatMap { $0.split(separator: ",").map(String.init) }
  }

  private static func variable(_ name: String) -> String {
    "CONTAINER_" + name.uppercased().replacing("-", with: "_")
  }

  /// The main configuration file; empty if CRI-O reads no such file.
  package var file: String { value(of: "config") ?? "/etc/crio/crio.conf" }
  /// The directory of the drop-in files, which are read after the main file.
  package var directory: String { value(of: "config-dir") ?? "/etc/crio/crio.conf.d" }
}
