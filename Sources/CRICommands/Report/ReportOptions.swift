internal import ArgumentParser
internal import CRIReport
internal import CRISystem

/// In which formats a report is written, and where: what `verify`, `guard` and `preflight` are told alike.
struct ReportOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("\(Self.names); nagios has exit codes of its own (default: table).", valueName: "format"),
    transform: Self.format)
  var format = ReportFormat.table

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      "Write the report to a file too, whole or not at all; may be repeated.", valueName: "format=file"))
  var files: [String] = []

  /// Whether standard output is a document, so that nothing else may be written to it.
  var isDocument: Bool { format != .table }

  /// Whether words that could not be read as a command line ask for a check in Nagios' format.
  static func isForNagios(_ words: [String]) -> Bool {
    guard words.first.flatMap(ReportCheck.init(rawValue:)) != nil else { return false }
    let own = words.prefix { $0 != "--" }
    let name = ReportFormat.nagios.rawValue
    return zip(own, own.dropFirst()).contains { ["-o", "--output"].contains($0) && $1 == name }
      || own.contains { ["-o\(name)", "-o=\(name)", "--output=\(name)"].contains($0) }
  }

  private static let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")

  // Before anything runs: a report that cannot be written must not be found out after the restart.
  func validate() throws {
    var seen: Set<String> = []
    for text in files {
      let file = try Self.file(text)
      if !seen.insert(file.path).inserted {
        throw ValidationError("--report \(text): another report goes to this file; name one file for each")
      }
      do throws(FileError) {
        try File.checkWritable(file.path)
      } catch {
        throw ValidationError("--report \(text): \(file.path) cannot be written: \(error); nothing was run")
      }
    }
  }

  /// The files, as `validate` has found them to be right.
  var targets: [ReportFile] { files.compactMap { try? Self.file($0) } }

  /// Read here, since ArgumentParser tells a choice of so many in many lines.
  @Sendable private static func format(_ text: String) throws -> ReportFormat {
    guard let format = ReportFormat(rawValue: text) else {
      throw ValidationError("unknown format \(text); there are \(names)")
    }
    return format
  }

  private static func file(_ text: String) throws -> ReportFile {
    guard let equals = text.firstIndex(of: "=") else {
      throw ValidationError("--report \(text): write FORMAT=FILE, such as junit=/tmp/cri.xml")
    }
    guard let format = ReportFormat(rawValue: String(text[..<equals])) else {
      throw ValidationError("--report \(text): unknown format \(text[..<equals]); there are \(names)")
    }
    let path = String(text[text.index(after: equals)...])
    if path.isEmpty || path == "-" {
      throw ValidationError("--report \(text): name a file; standard output is for -o \(format.rawValue)")
    }
    return ReportFile(format: format, path: path)
  }
}
