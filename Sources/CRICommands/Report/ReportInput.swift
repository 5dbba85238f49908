internal import CRICommandLine
internal import CRIJSON
internal import CRIReport
internal import CRISystem

/// Reads the reports that `cri report merge` combines.
enum ReportInput {
  /// The maximum size of a document in bytes: the report of a node with 10,000 pods takes half of this.
  private static let maximumSize = 16 << 20
  /// The maximum number of reports: 20 times the nodes of the largest clusters that Kubernetes supports.
  private static let maximumCount = 100_000

  /// Returns a file, or the JSON files of a directory in the order of their names.
  static func paths(at path: String) throws(Failure) -> [String] {
    guard path != "-", File.isDirectory(path) else { return [path] }
    do throws(FileError) {
      return try Directory.names(at: path).filter { $0.hasSuffix(".json") }.sorted().map { "\(path)/\($0)" }
    } catch {
      throw Failure(.usage, "the directory \(path) cannot be read: \(error)")
    }
  }

  /// Adds all reports of a file.
  static func add(_ path: String, to report: inout FleetReport) throws(Failure) {
    var splitter = DocumentSplitter(limit: maximumSize)
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    let name = path == "-" ? "standard input" : path
    var count = 0
    var failure: Failure?
    func add(_ item: DocumentSplitter.Item) {
      count += 1
      let source = count == 1 ? name : "\(name), document \(count)"
      if report.count >= maximumCount {
        failure = Failure(.overLimit, "there are more than \(maximumCount) reports; merge fewer files at a time")
      } else {
        self.add(item, from: source, to: &report)
      }
    }
    do throws(FileError) {
      try File.readParts(ofNamed: path, deadline: deadline) { part throws(FileError) in
        splitter.add(part, add)
        if failure != nil { throw .fileTooLarge }
      }
      splitter.end(add)
    } catch {
      if let failure { throw failure }
      report.add(FleetReport.Unreadable(source: name, reason: "it cannot be read: \(error)"))
      return
    }
    report.ignoredLines += splitter.ignoredLines
    if count == 0 { report.add(FleetReport.Unreadable(source: name, reason: "it contains no report")) }
  }

  private static func add(_ item: DocumentSplitter.Item, from source: String, to report: inout FleetReport) {
    let reason: String
    switch item {
    case .tooLarge: reason = "the document is larger than \(maximumSize >> 20) MiB"
    case .cutOff: reason = "the document is cut off"
    case .document(let bytes):
      do {
        report.add(try document(bytes), from: source)
        return
      } catch {
        // Programs that log in JSON write each message on one line.
        if error as? ReportDocumentError == .notAReport, !bytes.contains(UInt8(ascii: "\n")), !isOurs(bytes) {
          report.ignoredLines += 1
          return
        }
        reason = "\(error)"
      }
    }
    report.add(FleetReport.Unreadable(source: source, reason: reason))
  }

  private static func isOurs(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes.prefix(1000), as: UTF8.self).contains(#""cri-"#)
  }

  private static func document(_ bytes: [UInt8]) throws -> ReportDocument {
    var limits = JSONLimits(forSnapshotOf: bytes.count)
    return try ReportDocument(json: JSON.parse(bytes, within: &limits))
  }

  /// Reads the names of nodes, one on each line, with or without kubectl's prefix `node/`.
  static func nodes(in path: String) throws(Failure) -> Set<String> {
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    var bytes: [UInt8] = []
    do throws(FileError) {
      try File.readParts(ofNamed: path, deadline: deadline) { part throws(FileError) in
        bytes += part
        if bytes.count > maximumSize { throw .fileTooLarge }
      }
    } catch {
      throw Failure(.usage, "the nodes in \(path) cannot be read: \(error)")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    // The header of kubectl's table.
    let names = lines.drop { $0.hasPrefix("NAME ") }.map { line in
      let name = line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
      return name.hasPrefix("node/") ? String(name.dropFirst(5)) : String(name)
    }.filter { !$0.isEmpty }
    let source = path == "-" ? "standard input" : path
    if names.isEmpty { throw Failure(.usage, "\(source) contains no names of nodes") }
    // RFC 1123, section 2.1.
    let isName = { (name: String) in
      name.utf8.allSatisfy { $0 == 0x2D || $0 == 0x2E || $0 == 0x5F || isAlphanumeric($0) }
    }
    if let wrong = names.first(where: { !isName($0) }) {
      throw Failure(.usage, "\(source): \(wrong) is not the name of a node; write one name on each line")
    }
    return Set(names)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
