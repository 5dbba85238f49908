/// kubelet's command line in the files of its unit, for a kubelet that is not running (systemd.unit(5),
/// systemd.service(5)).
struct KubeletUnit {
  /// systemd's directories, the most important one first.
  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]
  private static let name = "kubelet.service"

  private let files: NodeFiles
  private var variables: [String: String] = [:]
  private var environmentFiles: [String] = []
  private var command: String?

  /// - Returns: The words after the program; nil if there is no unit whose command is kubelet.
  static func words(_ files: NodeFiles) -> [String]? {
    var unit = KubeletUnit(files: files)
    for path in unit.paths() { unit.read(path) }
    return unit.words()
  }

  private init(files: NodeFiles) { self.files = files }

  /// The unit's file, and its drop-ins in the order of their names. A file hides those with the same name in less important
  /// directories.
  private func paths() -> [String] {
    let main = Self.directories.map { "\($0)/\(Self.name)" }.first { (try? files.exists($0)) == true }
    var dropIns: [String: String] = [:]
    for directory in Self.directories.map({ "\($0)/\(Self.name).d" }) {
      for name in (try? files.names(in: directory)) ?? [] where name.hasSuffix(".conf") && dropIns[name] == nil {
        dropIns[name] = "\(directory)/\(name)"
      }
    }
    return (main.map { [$0] } ?? []) + dropIns.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func read(_ path: String) {
    guard let text = try? files.text(path) else { return }
    var isService = false
    for line in text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline) {
      let line = line.drop(while: \.isWhitespace)
      if line.first == "[" { isService = line.hasPrefix("[Service]") }
      guard isService, line.first != "#", line.first != ";", let separator = line.firstIndex(of: "=") else { continue }
      let key = String(line[..<separator].prefix { !$0.isWhitespace })
      let value = String(line[line.index(after: separator)...].drop(while: \.isWhitespace))
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
      guard let text = try? files.text(String(path.drop { $0 == "-" })) else { continue }
      for line in text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline) {
        let line = line.drop(while: \.isWhitespace)
        guard line.first != "#", line.first != ";", let separator = line.firstIndex(of: "=") else { continue }
        let value = Self.split(String(line[line.index(after: separator)...])).joined(separator: " ")
        variables[String(line[..<separator])] = value
      }
    }
    let words = Self.split(command).flatMap(expanded)
    // Another program may start it.
    guard let program = words.firstIndex(where: { $0.split(separator: "/").last == "kubelet" }) else { return nil }
    return Array(words[(program + 1)...])
  }

  /// `$NAME` as a word stands for the words of its value, and `${NAME}` for its value (systemd.service(5), "Command lines").
  private func expanded(_ word: String) -> [String] {
    if word.hasPrefix("$"), !word.hasPrefix("${"), !word.hasPrefix("$$") {
      return Self.split(variables[String(word.dropFirst())] ?? "")
    }
    var text = word
    for (name, value) in variables { text = text.replacing("${\(name)}", with: value) }
    return [text]
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
