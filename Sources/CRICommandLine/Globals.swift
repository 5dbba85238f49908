package import CRI

/// The options before the subcommand, as in crictl. Several subcommands use the same letters for options of their own.
package struct Globals: Hashable, Sendable {
  package var runtimeEndpoint: String?
  package var imageEndpoint: String?
  package var timeout: Duration?
  package var config: String?
  package var isDebug: Bool?
  package var api: APISelection?
  /// The number of connection retries; a negative number means no limit.
  package var maxRetries: Int?
  /// Whether the calls of the command are traced.
  package var isTracing = false
  /// The address of the collector that traces are sent to.
  package var tracingEndpoint = "127.0.0.1:4317"
  /// How many traces in a million are recorded; a negative number means all of them.
  package var tracingRate = -1
  /// The options of crictl that are accepted and ignored.
  package var ignored: [String] = []

  /// The global options of the running command.
  @TaskLocal package static var current = Globals()

  private struct Option {
    let long: String
    let short: Character?
    /// The name of the value in the help; nil for a switch.
    let value: String?
    /// nil for an option that the help does not list.
    let help: String?
    let set: @Sendable (inout Globals, String) throws(Failure) -> Void
  }

  private static let options: [Option] = [
    Option(
      long: "runtime-endpoint", short: "r", value: "socket",
      help:
        "the runtime's socket, unix:///path or /path (env CONTAINER_RUNTIME_ENDPOINT; default: the first well-known "
        + "socket of containerd or CRI-O on which a runtime listens)"
    ) { $0.runtimeEndpoint = $1 },
    Option(
      long: "image-endpoint", short: "i", value: "socket",
      help: "the image service's socket (env IMAGE_SERVICE_ENDPOINT; default: the runtime's socket)"
    ) { $0.imageEndpoint = $1 },
    Option(
      long: "timeout", short: "t", value: "duration",
      help: "timeout of each call, such as 500ms or 1m30s (default: 2s; 30s for commands that take a snapshot)"
    ) { (globals, text) throws(Failure) in
      // A duration that is not positive stands for the default, as in crictl.
      let magnitude = text.hasPrefix("-") ? String(text.dropFirst()) : text
      guard let duration = DurationText.parse(magnitude) else {
        throw Failure(.usage, "--timeout \(text): specify a duration such as 500ms, 2s or 1m30s")
      }
      globals.timeout = magnitude == text ? duration : .zero
    },
    Option(
      long: "config", short: "c", value: "file",
      help: "the configuration file (env CRI_CONFIG_FILE; default: /etc/crictl.yaml)"
    ) { $0.config = $1 },
    Option(
      long: "debug", short: "D", value: nil,
      help: "print the socket in use, and each call with its duration, to standard error"
    ) { (globals, text) throws(Failure) in globals.isDebug = try flag(text, option: "--debug") },
    Option(
      long: "api", short: nil, value: "version",
      help: "the version of the CRI: v1, v1alpha2 or auto (default: auto, which tries v1 first)"
    ) { (globals, text) throws(Failure) in
      switch text {
      case "auto": globals.api = .auto
      case "v1": globals.api = .only(.v1)
      case "v1alpha2": globals.api = .only(.v1alpha2)
      default: throw Failure(.usage, "--api \(text): specify v1, v1alpha2 or auto")
      }
    },
    Option(
      long: "max-retries", short: nil, value: "number",
      help: "connection retries (3 retries take up to 3.5 s; default: 0)"
    ) { (globals, text) throws(Failure) in
      guard let count = Int(text) else { throw Failure(.usage, "--max-retries \(text): specify a whole number") }
      globals.maxRetries = count
    },
    Option(
      long: "enable-tracing", short: nil, value: nil,
      help: "send a trace of the command and its calls to an OpenTelemetry collector"
    ) { (globals, text) throws(Failure) in globals.isTracing = try flag(text, option: "--enable-tracing") },
    Option(
      long: "tracing-endpoint", short: nil, value: "address",
      help: "the collector's address for OTLP over gRPC without TLS, such as [::1]:4317 (default: 127.0.0.1:4317)"
    ) { $0.tracingEndpoint = $1 },
    Option(
      long: "tracing-sampling-rate-per-million", short: nil, value: "number",
      help: "how many commands in a million are traced (default: -1, which means all)"
    ) { (globals, text) throws(Failure) in
      guard let rate = Int(text) else {
        throw Failure(.usage, "--tracing-sampling-rate-per-million \(text): specify a whole number")
      }
      globals.tracingRate = rate
    },
    Option(long: "profile-cpu", short: nil, value: "file", help: nil) { globals, _ in
      globals.ignored.append("--profile-cpu")
    },
    Option(long: "profile-mem", short: nil, value: "file", help: nil) { globals, _ in
      globals.ignored.append("--profile-mem")
    },
  ]

  private static func flag(_ text: String, option: String) throws(Failure) -> Bool {
    guard let value = text.isEmpty ? true : GoSpelling.flag(text) else {
      throw Failure(.usage, "\(option)=\(text): specify true or false")
    }
    return value
  }

  /// Parses the options before the subcommand.
  /// - Returns: The options, and the remaining arguments: the subcommand with its own arguments.
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
          throw Failure(.usage, "\(word) needs a value" + (option.help.map { ": \($0)" } ?? ""))
        }
        try option.set(&globals, value)
      }
    }
    return (globals, Array(rest))
  }

  /// The long name of the option whose value follows these words; nil if the next word is not a value.
  package static func pendingValue(_ words: [String]) -> String? {
    guard let last = words.last, !last.contains("="), let option = option(last), option.value != nil else { return nil }
    // After a subcommand, short options are the subcommand's own; before it, the preceding options must have their
    // values.
    guard let rest = try? parse(Array(words.dropLast())).rest, rest.isEmpty else { return nil }
    return option.long
  }

  /// The options with their help.
  package static var candidates: [(value: String, help: String)] {
    options.flatMap { option in
      let names = ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
      return option.help.map { help in names.map { ($0, help) } } ?? []
    }
  }

  /// Whether a word is one of the global options, with or without a value.
  package static func isOption(_ word: String) -> Bool { option(word) != nil }

  private static func option(_ word: String) -> Option? {
    let name = word.prefix { $0 != "=" }
    let dashes = name.prefix { $0 == "-" }.count
    let key = name.dropFirst(dashes)
    guard (1...2).contains(dashes) else { return nil }
    return options.first { $0.long == key || $0.short.map(String.init) == String(key) }
  }

  /// The options as they appear in the help of `cri`.
  package static var help: String {
    var lines = ["GLOBAL OPTIONS (before the subcommand):"]
    for option in options {
      guard let help = option.help else { continue }
      let short = option.short.map { "-\($0), " } ?? ""
      lines.append("  \(short)--\(option.long)" + (option.value.map { " <\($0)>" } ?? ""))
      // ArgumentParser wraps lines without indenting them, so the lines that it receives must be short enough.
      var line = "     "
      for word in help.split(separator: " ") {
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
