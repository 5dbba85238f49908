/// Flags of kubelet, or of a program that contains it, by name, without the dashes. If a flag is repeated, the last
/// value counts, and `_` is the same as `-` (pflag, and Kubernetes' `WordSepNormalizeFunc`).
struct KubeletArguments: Hashable, Sendable {
  private var values: [String: String] = [:]
  /// The flags that k3s passes to the kubelet that it contains (`--kubelet-arg=NAME=VALUE`), as kubelet's arguments.
  private(set) var passedWords: [String] = []

  init(_ words: [String]) {
    for (index, word) in words.enumerated() {
      if word == "--" { return }
      guard word.hasPrefix("--") else { continue }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first.map(String.init), !name.isEmpty else { continue }
      var value = ""
      if parts.count > 1 {
        value = String(parts[1])
      } else if index + 1 < words.count, !words[index + 1].hasPrefix("-") {
        value = words[index + 1]
      }
      add(name, value)
    }
  }

  private mutating func add(_ name: String, _ value: String) {
    let name = name.replacing("_", with: "-")
    if name == "kubelet-arg" {
      passedWords.append("--\(value.drop { $0 == "-" })")
    } else {
      values[name] = value
    }
  }

  /// The value of a flag; nil if the flag is missing or empty.
  subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Whether the flag is set, with or without a value.
  func contains(_ name: String) -> Bool { values[name] != nil }

  var isEmpty: Bool { values.isEmpty }
}

extension KubeletArguments {
  /// Reads the variables from an environment file (systemd.exec(5), `EnvironmentFile`). Their values are words of the
  /// command line.
  static func words(inEnvironmentFile text: String) -> [String] {
    var words: [String] = []
    // A backslash at the end of a line continues the line.
    for line in text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline) {
      let line = line.drop(while: \.isWhitespace)
      guard let separator = line.firstIndex(of: "="), line.first != "#", line.first != ";" else { continue }
      let value = line[line.index(after: separator)...]
      words += value.split { $0.isWhitespace || $0 == "\"" || $0 == "'" }.map(String.init)
    }
    return words
  }
}
