internal import CRI
internal import CRISystem

/// The options that stand before the subcommand, as in crictl: several subcommands use their letters for their own.
package struct Globals: Hashable, Sendable {
  var runtimeEndpoint: String?
  var imageEndpoint: String?
  var timeout: Duration?
  var config: String?
  var isDebug: Bool?
  var api: APISelection?

  /// The running command's.
  @TaskLocal package static var current = Globals()

  private struct Option {
    let long: String
    let short: Character?
    /// What its value is called in the help; nil for a switch.
    let value: String?
    let help: String
    let set: @Sendable (inout Globals, String) throws(Failure) -> Void
  }

  private static let options: [Option] = [
    Option(
      long: "runtime-endpoint", short: "r", value: "socket",
      help:
        "the runtime's socket, unix:///path or /path (env CONTAINER_RUNTIME_ENDPOINT; else the usual ones are tried)"
    ) { $0.runtimeEndpoint = $1 },
    Option(
      long: "image-endpoint", short: "i", value: "socket",
      help: "the image service's socket (env IMAGE_SERVICE_ENDPOINT; else the runtime's)"
    ) { $0.imageEndpoint = $1 },
    Option(
      long: "timeout", short: "t", value: "duration",
      help:
        "how long to wait for an answer, such as 500ms or 1m30s (2s; 30s for snapshot and what builds on it)"
    ) { (globals, text) throws(Failure) in globals.timeout = try DurationText.parse(text, option: "--timeout")
    },
    Option(
      long: "config", short: "c", value: "file",
      help: "the configuration (env CRI_CONFIG_FILE; /etc/crictl.yaml)"
    ) { $0.config = $1 },
    Option(long: "debug", short: "D", value: nil, help: "say on standard error which socket is used, and why") {
      (globals, text) throws(Failure) in
      globals.isDebug = try flag(text, option: "--debug")
    },
    Option(
      long: "api", short: nil, value: "version",
      help: "the interface's version: v1, v1alpha2 or auto (auto: v1 first)"
    ) { (globals, text) throws(Failure) in
      switch text {
      case "auto": globals.api = .auto
      case "v1": globals.api = .only(.v1)
      case "v1alpha2": globals.api = .only(.v1alpha2)
      default: throw Failure(.usage, "--api \(text): write v1, v1alpha2 or auto")
      }
    },
  ]

  private static func flag(_ text: String, option: String) throws(Failure) -> Bool {
    switch text {
    case "", "true", "1", "t": return true
    case "false", "0", "f": return false
    default: throw Failure(.usage, "\(option)=\(text): write true or false")
    }
  }

  /// Takes the options before the subcommand.
  /// - Returns: them, and what is left: the subcommand with its own.
  package static func parse(_ arguments: [String]) throws(Failure) -> (Globals, rest: [String]) {
    var globals = Globals()
    var rest = arguments[...]
    while let word = rest.first, word != "--", let option = option(word) {
      rest = rest.dropFirst()
      let inline = word.firstIndex(of: "=").map { String(word[word.index(after: $0)...]) }
      if option.value == nil {
        try option.set(&globals, inline ?? "")
      } else if let inline {
        try option.set(&globals, inline)
      } else {
        guard let value = rest.popFirst() else {
          throw Failure(.usage, "\(word) needs a value: \(option.help)")
        }
        try option.set(&globals, value)
      }
    }
    return (globals, Array(rest))
  }

  /// The option, by its long name, whose value is still to come after these words; nil where there is none.
  static func pendingValue(_ words: [String]) -> String? {
    guard let last = words.last, !last.contains("="), let option = option(last), option.value != nil else { return nil }
    // After a subcommand the letters are its own; before it, each option has its value.
    guard let rest = try? parse(Array(words.dropLast())).rest, rest.isEmpty else { return nil }
    return option.long
  }

  /// The options with what they do.
  static var words: [(value: String, help: String)] {
    options.flatMap { option in
      ([option.long].map { "--\($0)" } + (option.short.map { ["-\($0)"] } ?? [])).map { ($0, option.help) }
    }
  }

  /// Whether a word is one of these options, with or without a value.
  static func isOption(_ word: String) -> Bool { option(word) != nil }

  private static func option(_ word: String) -> Option? {
    let name = word.prefix { $0 != "=" }
    let dashes = name.prefix { $0 == "-" }.count
    let key = name.dropFirst(dashes)
    guard dashes > 0 else { return nil }
    return options.first { $0.long == key || dashes == 1 && $0.short.map(String.init) == String(key) }
  }

  /// The options as the help of `cri` shows them.
  static var help: String {
    var lines = ["GLOBAL OPTIONS (before the subcommand):"]
    for option in options {
      let short = option.short.map { "-\($0), " } ?? ""
      lines.append("  \(short)--\(option.long)" + (option.value.map { " <\($0)>" } ?? ""))
      // ArgumentParser wraps without indenting: what it gets is short enough already.
      var line = "     "
      for word in option.help.split(separator: " ") {
        if line.count + word.count > 76 {
          lines.append(line)
          line = "     "
        }
        line += " \(word)"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}
