/// Flags of kubelet, or of a program that contains it, by name, without the dashes. If a flag is repeated, the last
/// value counts, and `_` is the same as `-` (pflag, and Kubernetes' `WordSepNormalizeFunc`).
struct KubeletArguments: Hashable, Sendable {
  private var values: [String: String] = [:]
  /// The flags that k3s passes to the kubelet that it contains (`--kubelet-arg=NAME=VALUE`), as kubelet's arguments.
  private(set) var passedWords: [String] = []

  /// The short names of k3s's flags that name files.
  static let k3sShortNames = ["c": "config", "d": "data-dir"]

  /// - Parameter shortNames: The flags that can also be written as one dash and a letter; kubelet has none.
  init(_ words: [String], shortNames: [String: String] = [:]) {
    for (index, word) in words.enumerated() {
      if word == "--" { return }
      guard word.hasPrefix("-") else { continue }
      let isLong = word.hasPrefix("--")
      let parts = word.dropFirst(isLong ? 2 : 1).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first.map(String.init), let name = isLong ? first : shortNames[first], !name.isEmpty
      else {
        continue
      }
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

  /// Returns these flags together with others, which override them.
  func overridden(by others: KubeletArguments) -> KubeletArguments {
    var all = self
    all.values.merge(others.values) { $1 }
    all.passedWords += others.passedWords
    return all
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
