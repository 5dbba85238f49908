internal import CRISystem

/// kubelet's command line in the files of its unit, for a kubelet that is not running (systemd.unit(5),
/// systemd.service(5)).
struct KubeletUnit {
  /// systemd's directories, the most important one first.
  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]
  /// The unit that contains kubelet; the hooks name it if it is another one.
  private static var name: String {
    let unit = Environment.value("CRI_HOOK_KUBELET") ?? "kubelet"
    return unit.contains("/") ? "kubelet.service" : unit.hasSuffix(".service") ? unit : "\(unit).service"
  }

  /// The maximum size of the files together, and that of the text that is examined for the command line, in bytes. Real
  /// ones have some kilobytes.
  private static let maximumSize = 1 << 20

  private let files: NodeFiles
  private var remaining = Self.maximumSize
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
    let name = Self.name
    let main = Self.directories.map { "\($0)/\(name)" }.first { (try? files.exists($0)) == true }
    var dropIns: [String: String] = [:]
    for directory in Self.directories.map({ "\($0)/\(name).d" }) {
      for file in (try? files.names(in: directory)) ?? [] where file.hasSuffix(".conf") && dropIns[file] == nil {
        dropIns[file] = "\(directory)/\(file)"
      }
    }
    return (main.map { [$0] } ?? []) + dropIns.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The lines of a file without comments; none if it cannot be read, or if the files have become too large.
  private mutating func lines(_ path: String) -> [Substring] {
    guard remaining > 0, let text = try? files.text(path, limit: remaining) else { return [] }
    // A file that is empty costs time too.
    remaining -= min(remaining, text.utf8.count + 1024)
    return text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
      .filter { $0.first != "#" && $0.first != ";" }
  }

  private mutating func read(_ path: String) {
    var isService = false
    for line in lines(path) {
      if line.first == "[" { isService = line.hasPrefix("[Service]") }
      guard isService, let separator = line.firstIndex(of: "=") else { continue }
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
      for line in lines(String(path.drop { $0 == "-" })) {
        guard let separator = line.firstIndex(of: "=") else { continue }
        let value = Self.split(String(line[line.index(after: separator)...])).joined(separator: " ")
        variables[String(line[..<separator])] = value
      }
    }
    var words: [String] = []
    var size = 0
    for word in Self.split(command) {
      // Blanks cost time, and empty words take memory.
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

  /// The variable for whose words a word stands; nil for any other word.
  private static func variable(_ word: String) -> String? {
    let isVariable = word.hasPrefix("$") && !word.hasPrefix("${") && !word.hasPrefix("$$")
    return isVariable ? String(word.dropFirst()) : nil
  }

  /// `$NAME` as a word stands for the words of its value, and `${NAME}` for its value (systemd.service(5), "Command lines").
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
