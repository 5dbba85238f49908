internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRITemplate
internal import CRIText
internal import CRIYAML

/// How a document is written: whole, or what a template takes from it.
enum DocumentView: Sendable {
  case json
  case yaml
  case goTemplate(GoTemplate)
  case jsonPath(JSONPath)
  case customColumns(CustomColumns)

  /// What stands between two of them in a stream: YAML's would run into each other.
  var parting: String { if case .yaml = self { "---\n" } else { "\n" } }

  /// - Parameter template: the option of crictl that gives the template apart from its format.
  /// - Returns: nil where the choice is no document.
  static func of(_ choice: OutputChoice, template: String?) throws(Failure) -> DocumentView? {
    let name = choice.format.rawValue
    if template != nil, choice.format != .goTemplate {
      throw Failure(.usage, "--template is for -o go-template, not for -o \(name)")
    }
    let text = template ?? choice.text
    switch choice.format {
    case .table, .wide, .name: return nil
    case .json: return .json
    case .yaml: return .yaml
    case .goTemplate, .jsonPath, .customColumns:
      guard let text, !text.isEmpty else { throw Failure(.usage, "-o \(name) needs a text: -o \(choice.format.usage)") }
      do throws(TemplateError) {
        switch choice.format {
        case .jsonPath: return .jsonPath(try JSONPath(text))
        case .customColumns: return .customColumns(try CustomColumns(text))
        default: return .goTemplate(try GoTemplate(text))
        }
      } catch {
        throw Failure(.usage, "-o \(error)")
      }
    }
  }

  /// The text of one document, with a line feed at its end.
  /// - Parameter elements: the rows of chosen columns.
  func text(of document: JSON, elements: [JSON]) throws(Failure) -> String {
    do throws(TemplateError) {
      switch self {
      case .json: return document.text(pretty: true) + "\n"
      // crictl adds an empty line.
      case .yaml: return YAML.text(document) + "\n"
      // As crictl, also where the template ends its line itself.
      case .goTemplate(let template): return Self.shown(try template.render(document) + "\n")
      case .jsonPath(let path): return Self.shown(try Self.line(path.render(document)))
      case .customColumns(let columns):
        var table = columns.table
        for element in elements { table.append(try columns.row(element)) }
        return table.text()
      }
    } catch {
      throw Failure(.failed, "-o \(error)")
    }
  }

  /// An element's cells.
  static func row(_ columns: CustomColumns, _ element: JSON) throws(Failure) -> [String] {
    do throws(TemplateError) {
      return try columns.row(element)
    } catch {
      throw Failure(.failed, "-o \(error)")
    }
  }

  /// The text of several documents of one kind.
  func text(ofAll documents: [JSON]) throws(Failure) -> String {
    switch self {
    case .json, .yaml, .customColumns: return try text(of: .array(documents), elements: documents)
    case .jsonPath: return try each(documents)
    case .goTemplate(let template):
      // As crictl, which hands the template all of them; where it can do nothing with that, it is meant for each.
      if let text = try? template.render(.array(documents)) { return Self.shown(text + "\n") }
      return try each(documents)
    }
  }

  /// On a terminal, control characters in what a template prints must not act; elsewhere scripts depend on the exact text.
  private static func shown(_ text: String) -> String {
    Environment.outputIsTerminal ? Sanitizer.visibleLines(text) : text
  }

  /// A template may end its last line itself.
  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

  private func each(_ documents: [JSON]) throws(Failure) -> String {
    var lines = ""
    for document in documents { lines += try text(of: document, elements: []) }
    return lines
  }
}

extension CustomColumns {
  /// Without its rows.
  var table: Table { Table(headers.map { Table.Column($0) }, layout: .compact) }
}
