internal import ArgumentParser
internal import CRIReport
internal import CRISystem

/// The formats and files of a report: the options that `verify`, `guard`, `preflight` and `doctor` share.
struct ReportOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("\(Self.names); nagios has its own exit codes (default: table).", valueName: "format"),
    transform: Self.format)
  var format = ReportFormat.table

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      "Also write the report to a file, completely or not at all (repeatable).", valueName: "format=file"))
  var files: [String] = []

  /// Whether standard output is a document, so that nothing else may be printed to it.
  var isDocument: Bool { format != .table }

  /// Whether arguments that could not be parsed ask for a check in Nagios' format.
  static func isForNagios(_ words: [String]) -> Bool {
    guard words.first.flatMap(ReportCheck.init(rawValue:)) != nil else { return false }
    let own = words.prefix { $0 != "--" }
    let name = ReportFormat.nagios.rawValue
    return zip(own, own.dropFirst()).contains { ["-o", "--output"].contains($0) && $1 == name }
      || own.contains { ["-o\(name)", "-o=\(name)", "--output=\(name)"].contains($0) }
  }

  private static let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")

  // This runs before anything else, so that it is known before the restart whether a report can be written.
  func validate() throws { try Self.check(files, consequence: "; nothing was run") }

  /// Checks the values of `--report`.
  /// - Parameter consequence: The end of the message about a file that cannot be written.
  /// - Throws: A usage error if one is not valid, two are the same file, or a file cannot be written.
  static func check(_ files: [String], consequence: String = "") throws {
    var seen: Set<String> = []
    for text in files {
      let file = try file(text)
      if !seen.insert(file.path).inserted {
        throw ValidationError("--report \(text): another report goes to this file; specify a different file for each")
      }
      StateDirectory.prepare(for: file.path)
      do throws(FileError) {
        try File.checkWritable(file.path)
      } catch {
        throw ValidationError("--report \(text): \(file.path) cannot be written: \(error)\(consequence)")
      }
    }
  }

  /// The files that `validate` has checked.
  var targets: [ReportFile] { files.compactMap { try? Self.file($0) } }

  /// Parsed here, because ArgumentParser prints many choices on separate lines.
  @Sendable private static func format(_ text: String) throws -> ReportFormat {
    guard let format = ReportFormat(rawValue: text) else {
      throw ValidationError("unknown format \(text); the formats are \(names)")
    }
    return format
  }

  /// Parses `FORMAT=FILE`.
  static func file(_ text: String) throws -> ReportFile {
    guard let equals = text.firstIndex(of: "=") else {
      throw ValidationError("--report \(text): specify FORMAT=FILE, such as junit=/tmp/cri.xml")
    }
    guard let format = ReportFormat(rawValue: String(text[..<equals])) else {
      throw ValidationError("--report \(text): unknown format \(text[..<equals]); the formats are \(names)")
    }
    let path = String(text[text.index(after: equals)...])
    if path.isEmpty || path == "-" {
      throw ValidationError("--report \(text): specify a file; standard output is for -o \(format.rawValue)")
    }
    return ReportFile(format: format, path: path)
  }
}
