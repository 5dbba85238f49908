import CRIJSON
import CRIYAML
import Foundation
import FoundationXML

/// A test suite as CI servers parse it.
final class JUnit: NSObject, XMLParserDelegate {
  struct Case {
    var name = ""
    var group = ""
    var failures: [String] = []
    var errors: [String] = []
    var skipped: String?
    var hasTime = false
  }

  private(set) var cases: [Case] = []
  private(set) var suite: [String: String] = [:]

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.formatting) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let last = cases.count - 1
    switch name {
    case "testsuite": suite = attributes
    case "testcase":
      cases.append(
        Case(
          name: attributes["name"] ?? "", group: attributes["classname"] ?? "", hasTime: attributes["time"] != nil))
    case "failure": cases[last].failures.append(attributes["message"] ?? "")
    case "error": cases[last].errors.append(attributes["message"] ?? "")
    case "skipped": cases[last].skipped = attributes["message"]
    default: break
    }
  }
}

/// A page as browsers parse it. Pages are well-formed XML, so a strict parser finds whatever a string has injected.
final class Page: NSObject, XMLParserDelegate {
  /// The elements with their attributes, in order.
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  /// The text of all table cells, and of all paragraphs and list items.
  private(set) var texts: [String] = []
  private var text = ""

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.formatting) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append((name, attributes))
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if ["td", "p", "li"].contains(name) { texts.append(text) }
    text = ""
  }

  /// The attributes of all elements with this name.
  subscript(name: String) -> [[String: String]] { elements.filter { $0.name == name }.map(\.attributes) }

  /// The names of all elements, and of all attributes.
  var names: Set<String> { Set(elements.map(\.name)) }
  var attributeNames: Set<String> { Set(elements.flatMap(\.attributes.keys)) }
}

/// A test run as harnesses parse it: TAP 13, "Test lines" and "Directives".
struct TAP {
  struct Test {
    var isGood: Bool
    var name: String
    var isSkipped: Bool
    var diagnostics: JSON?
  }

  private(set) var plan = 0
  private(set) var tests: [Test] = []

  init(_ text: String) {
    var block: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "  ---" {
        block = []
      } else if line == "  ...", let lines = block {
        tests[tests.count - 1].diagnostics = try? YAML.parse(
          lines.map { $0.dropFirst(2) }.joined(separator: "\n"))
        block = nil
      } else if block != nil {
        block?.append(line)
      } else if line.hasPrefix("1..") {
        plan = Int(line.dropFirst(3)) ?? 0
      } else if let test = Self.test(line) {
        tests.append(test)
      }
    }
  }

  private static func test(_ line: Substring) -> Test? {
    guard line.hasPrefix("ok ") || line.hasPrefix("not ok "), let dash = line.range(of: " - ") else { return nil }
    var name = String.UnicodeScalarView()
    var isEscaped = false
    var rest = line[dash.upperBound...].unicodeScalars
    while let scalar = rest.first {
      if !isEscaped, scalar == "#" { break }
      rest.removeFirst()
      if !isEscaped, scalar == "\\" {
        isEscaped = true
        continue
      }
      isEscaped = false
      name.append(scalar)
    }
    var text = String(name)
    let isSkipped = String(rest).hasPrefix("# SKIP")
    // Remove the space before the directive.
    if isSkipped { text.removeLast() }
    return Test(isGood: line.hasPrefix("ok "), name: text, isSkipped: isSkipped)
  }
}

/// Samples as Prometheus parses them: "Text-based format".
struct Prometheus {
  struct Sample: Hashable {
    var name: String
    var labels: [String: String] = [:]
    var value = ""
  }

  struct Malformed: Error { let line: Substring }

  private(set) var samples: [Sample] = []
  private(set) var types: [String: String] = [:]

  init(_ text: String) throws {
    for line in text.unicodeScalars.split(separator: "\n").map({ Substring($0) }) {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        types[String(words[2])] = String(words[3])
      } else if !line.hasPrefix("#") {
        samples.append(try Self.sample(line))
      }
    }
  }

  private static func sample(_ line: Substring) throws -> Sample {
    var rest = line.unicodeScalars
    func take(while holds: (Unicode.Scalar) -> Bool) -> String {
      let word = rest.prefix(while: holds)
      rest = rest.dropFirst(word.count)
      return String(word)
    }
    func expect(_ scalar: Unicode.Scalar) throws {
      guard rest.popFirst() == scalar else { throw Malformed(line: line) }
    }
    var sample = Sample(name: take { $0 != "{" && $0 != " " })
    if rest.first == "{" {
      rest.removeFirst()
      while rest.first != "}" {
        let name = take { $0 != "=" }
        try expect("=")
        try expect("\"")
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst(), scalar != "\"" {
          guard scalar == "\\" else {
            value.append(scalar)
            continue
          }
          switch rest.popFirst() {
          case "\\": value.append("\\")
          case "\"": value.append("\"")
          case "n": value.append("\n")
          default: throw Malformed(line: line)
          }
        }
        sample.labels[name] = String(value)
        if rest.first == "," { rest.removeFirst() }
      }
      try expect("}")
    }
    try expect(" ")
    sample.value = String(rest)
    guard Double(sample.value) != nil else { throw Malformed(line: line) }
    return sample
  }
}

/// `::error title=…::message`, as GitHub's runner parses it.
struct WorkflowCommand {
  let level: String
  let title: String
  let message: String

  init?(_ line: Substring) {
    guard line.hasPrefix("::"), let end = line.dropFirst(2).range(of: "::") else { return nil }
    let head = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound].split(separator: " ", maxSplits: 1)
    guard head.count == 2, head[1].hasPrefix("title="), !head[1].contains(",") else { return nil }
    level = String(head[0])
    title = Self.decoded(head[1].dropFirst(6), ["%3A": ":", "%2C": ","])
    message = Self.decoded(line[end.upperBound...], [:])
  }

  private static func decoded(_ text: Substring, _ more: [String: String]) -> String {
    var text = String(text)
    for (code, plain) in more.merging(["%0D": "\r", "%0A": "\n"], uniquingKeysWith: { one, _ in one }) {
      text = text.replacingOccurrences(of: code, with: plain)
    }
    return text.replacingOccurrences(of: "%25", with: "%")
  }
}
