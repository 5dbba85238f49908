import CRIJSON
import CRIPreflight
import CRISnapshot
import CRITOML
import CRIYAML

@testable import CRITemplate

extension FuzzTarget {
  static let json = FuzzTarget("json") { bytes in
    guard let value = try? JSON.parse(bytes) else { return }
    for text in [value.bytes(), value.bytes(pretty: true), value.sortedKeys().bytes()] {
      require((try? JSON.parse(text)) == value, "what is written is read again: \(text.text)")
    }
    require(value.bytes() == (try? JSON.parse(value.bytes(pretty: true)))?.bytes(), "the order of members is kept")
    var offset = 0
    require((try? JSON.parse(bytes, from: &offset)) == value, "a stream of one document")
    require((try? JSON.parse(bytes, from: &offset)) == .some(nil), "a stream ends after its document")
    var limits = JSONLimits(forTextsOf: bytes.count)
    if let limited = try? JSON.parse(bytes, within: &limits) { require(limited == value, "a limit changes nothing") }
    if let object = value.objectValue, let first = object.first {
      let some = try? JSON.parse(bytes.text, members: [first.key])
      require(some == nil || some?[first.key] == first.value, "the member \(first.key) alone")
    }
  }

  static let yaml = FuzzTarget("yaml") { bytes in
    _ = try? YAML.parse(bytes, types: .text)
    let all = try? YAML.parseAll(bytes)
    guard let value = try? YAML.parse(bytes) else { return }
    if let all { require(all.count <= 1, "a document is one document") }
    let text = YAML.text(value)
    let again = outcome { () throws(YAMLError) in try YAML.parse(text) }
    // Like Go's library, we write -0.0 as -0, which is the integer 0, and no more digits than a double has.
    if text.contains("-0") || hasLongFraction(text) { return }
    require((try? again.get()) == value, "what is written is read again:\n\(text)\n\(again)")
    require(YAML.text((try? again.get()) ?? .null) == text, "the text is the same when it is written again:\n\(text)")
  }

  private static func hasLongFraction(_ text: String) -> Bool {
    let isInNumber = { (byte: UInt8) in (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") }
    return text.utf8.split { !isInNumber($0) }.contains { $0.count > 15 && $0.contains(UInt8(ascii: ".")) }
  }

  static let toml = FuzzTarget("toml") { bytes in
    let text = bytes.text
    var containerd = ContainerdConfiguration()
    _ = containerd.add(text, from: "/c")
    for version in ["1.4.0", "1.7.0", "2.1.0"].compactMap({ RuntimeVersion($0) }) {
      _ = containerd.outcome(for: version)
    }
    var crio = CRIOConfiguration()
    _ = try? crio.add(text)
    guard let document = try? TOMLReader.document(of: text) else { return }
    require(document.entries.allSatisfy { !$0.names.isEmpty }, "each entry has a name")
    let lines = text.unicodeScalars.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
    require(document.entries.allSatisfy { (1...lines).contains($0.line) }, "each entry is in a line of the text")
    for suffix in ["\n", "\n# comment", "\n\nlast.of.all.keys = 1"] {
      guard let longer = try? TOMLReader.document(of: text + suffix) else {
        require(suffix.contains("last"), "a valid document can be continued with \(suffix)")
        continue
      }
      require(Array(longer.entries.prefix(document.entries.count)) == document.entries, "what follows changes nothing")
    }
  }

  private static let facts: JSON = [
    "name": "pod", "count": 3, "half": 1.5, "yes": true, "none": .null, "big": 9_007_199_254_740_993,
    "labels": ["app": "web", "io.kubernetes.pod.name": "p", "ü": "日本"], "empty": [:], "no": [],
    "items": [["id": "1", "n": 1, "tags": ["a", "b"]], ["id": "2", "n": -2, "tags": []], ["id": "x", "n": 3.5]],
  ]

  /// The template, and after a NUL a document to render.
  private static func templateAndFacts(_ bytes: [UInt8]) -> (String, JSON) {
    let parts = bytes.parts(2)
    return (parts[0].text, (try? JSON.parse(parts[1])) ?? facts)
  }

  static let template = FuzzTarget("template") { bytes in
    let (text, document) = templateAndFacts(bytes)
    for missing in [GoTemplate.MissingKey.error, .noValue] {
      let parsed = outcome { () throws(TemplateError) in try GoTemplate(text, missingKey: missing) }
      switch parsed {
      case .failure(let error): require(error.line > 0 && error.column > 0, "an error has a position")
      case .success(let template):
        let first = outcome { () throws(TemplateError) in try render(template, document) }
        require(first == outcome { () throws(TemplateError) in try render(template, document) }, "the same twice")
        if !text.contains("{{") { require(first == .success(text), "text is printed as it is") }
      }
    }
    if let columns = try? CustomColumns(text) {
      if let row = try? columns.row(document) { require(row.count == columns.headers.count, "a cell for each header") }
    }
  }

  /// Renders with lower limits for loops and values, because the sanitizer makes them slow.
  private static func render(_ template: GoTemplate, _ document: JSON) throws(TemplateError) -> String {
    var run = TemplateRun(template, document)
    run.maximumIterations = 10_000
    run.maximumValue = 1 << 16
    try run.execute()
    return run.output
  }

  static let jsonPath = FuzzTarget("jsonpath") { bytes in
    let (text, document) = templateAndFacts(bytes)
    for missing in [JSONPath.MissingKey.error, .nothing] {
      let parsed = outcome { () throws(TemplateError) in try JSONPath(text, missingKey: missing) }
      switch parsed {
      case .failure(let error): require(error.line > 0 && error.column > 0, "an error has a position")
      case .success(let path):
        let first = outcome { () throws(TemplateError) in try path.render(document) }
        require(first == outcome { () throws(TemplateError) in try path.render(document) }, "the same twice")
        _ = try? path.values(in: document)
      }
    }
  }

  static let snapshot = FuzzTarget("snapshot") { bytes in
    guard let snapshot = try? Snapshot(parsing: bytes) else { return }
    let written = snapshot.documentBytes
    require((try? JSON.parse(written)) == snapshot.json, "both ways of writing agree")
    let again = outcome { () throws(SnapshotError) in try Snapshot(parsing: written) }
    switch again {
    case .failure(let error): require(false, "what is written is read again: \(error)")
    case .success(let again): require(again.documentBytes == written, "what is written does not change again")
    }
  }
}
