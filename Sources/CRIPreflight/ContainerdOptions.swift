/// The command line of a running containerd. Its flags override the configuration files.
public struct ContainerdOptions: Hashable, Sendable {
  private static let names = ["c": "config", "a": "address"]
  private static let relevant: Set = ["config", "address", "root", "state"]
  /// containerd's default configuration file, which does not have to exist.
  package static let standardFile = "/etc/containerd/config.toml"

  private var values: [String: String] = [:]

  /// - Parameter arguments: The command line, without the program's name.
  public init(arguments: [String] = []) {
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("-") {
      // Go's flag package accepts one or two dashes.
      let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let word = parts.first.map(String.init) else { continue }
      let name = Self.names[word] ?? word
      guard Self.relevant.contains(name) else { continue }
      values[name] = parts.count > 1 ? String(parts[1]) : index + 1 < arguments.count ? arguments[index + 1] : nil
    }
  }

  /// The configuration file that the command line names; nil for the default one.
  package var namedFile: String? { values["config"] }
  /// The socket's path; nil if the files decide.
  var address: String? { value(of: "address") }
  /// The directory of persistent data; nil if the files decide.
  var root: String? { value(of: "root") }
  /// The directory of data that a reboot may clear; nil if the files decide.
  var state: String? { value(of: "state") }

  private func value(of name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
}
