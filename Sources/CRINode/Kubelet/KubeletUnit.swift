internal import CRISystem

/// kubelet's command line in the files of its unit, for a kubelet that is not running (systemd.service(5)).
struct KubeletUnit {
  /// kubelet's unit: `kubelet.service`, unless the hooks specify a different one.
  private static var name: String {
    let unit = Environment.value("CRI_HOOK_KUBELET") ?? "kubelet"
    return unit.contains("/") ? "kubelet.service" : unit.hasSuffix(".service") ? unit : "\(unit).service"
  }

  /// The maximum size of the text that is examined for the command line, in bytes.
  private static let maximumSize = UnitFiles.maximumSize

  private var files: UnitFiles
  private var variables: [String: String] = [:]
  private var environmentFiles: [String] = []
  private var command: String?

  /// - Returns: The words after the program; nil if there is no unit whose command is kubelet.
  static func words(_ files: NodeFiles) -> [String]? {
    var unit = KubeletUnit(files: UnitFiles(files))
    unit.read()
    return unit.words()
  }

  private init(files: UnitFiles) { self.files = files }

  private mutating func read() {
    for (key, value) in files.settings(of: Self.name) {
      switch key {
      // An empty value discards the earlier ones.
      case "ExecStart": command = value.isEmpty ? nil : value
      case "Environment":
        if value.isEmpty { variables = [:] }
        for word in Self.split(value) { set(word) }
      case "EnvironmentFile":
        if value.isEmpty { environmentFiles = [] } else { environmentFiles.append(value) }
      default: continue
      }
    }
  }

  private mutating func set(_ assignment: String) {
    guard let separator = assignment.firstIndex(of: "=") else { return }
    variables[String(assignment[..<separator])] = String(assignment[assignment.index(after: separator)...])
  }

  private mutating func words() -> [String]? {
    guard let command else { return nil }
    // The files override the variables in the unit.
    for path in environmentFiles {
      for line in files.lines(String(path.drop { $0 == "-" })) {
        guard let separator = line.firstIndex(of: "=") else { continue }
        let value = Self.split(String(line[line.index(after: separator)...])).joined(separator: " ")
        variables[String(line[..<separator])] = value
      }
    }
    var words: [String] = []
    var size = 0
    for word in Self.split(command) {
      // Blanks take time to read, and empty words take memory.
      size += Self.variable(word).map { variables[$0]?.utf8.count ?? 0 } ?? 0
      if size > Self.maximumSize { return nil }
      let expanded = expanded(word)
      words += expanded
      size += expanded.reduce(0) { $0 + $1.utf8.count + 16 }
    }
    if size > Self.maximumSize { return nil }
    // Another program may start it.
    guard let program = words.firstIndex(where: { $0.split(separator: "/").last == "kubelet" }) else { return nil }
    return Array(words[(program + 1)...])
  }

  /// The name of the variable in a word of the form `$NAME`; nil for any other word.
  private static func variable(_ word: String) -> String? {
    let isVariable = word.hasPrefix("$") && !word.hasPrefix("${") && !word.hasPrefix("$$")
    return isVariable ? String(word.dropFirst()) : nil
  }

  /// A word `$NAME` expands to the words of the value, and `${NAME}` in a word to the value (systemd.service(5),
  /// "Command lines").
  private func expanded(_ word: String) -> [String] {
    if let name = Self.variable(word) { return Self.split(variables[name] ?? "") }
    var (text, rest) = ("", word[...])
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      text += rest[..<start.lowerBound]
      text += variables[String(rest[start.upperBound..<end])] ?? ""
      rest = rest[rest.index(after: end)...]
      if text.utf8.count > Self.maximumSize { break }
    }
    return [text + rest]
  }

  /// The words of a line, in which quotes keep words together.
  private static func split(_ line: String) -> [String] {
    var (words, word, quote, isOpen): ([String], String, Character?, Bool) = ([], "", nil, false)
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        (quote, isOpen) = (character, true)
      } else if character.isWhitespace {
        if isOpen || !word.isEmpty { words.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(character)
      }
    }
    if isOpen || !word.isEmpty { words.append(word) }
    return words
  }
}
