internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRITemplate
internal import CRIText
internal import CRIYAML

/// How a document is printed: completely, or the part that a template selects.
enum DocumentView: Sendable {
  case json
  case yaml
  case goTemplate(GoTemplate)
  case jsonPath(JSONPath)
  case customColumns(CustomColumns)

  /// The separator between two documents in a stream; YAML documents would run into each other.
  var separator: String { if case .yaml = self { "---\n" } else { "\n" } }

  /// - Parameters:
  ///   - template: crictl's option that specifies the template separately from the format.
  ///   - isEvents: Whether this is for `events`, the only command of crictl that does not ignore a template without its
  ///     format.
  /// - Returns: nil if the chosen format is not a document.
  static func of(_ choice: OutputChoice, template: String?, isEvents: Bool = false) throws(Failure) -> DocumentView? {
    let name = choice.format.rawValue
    if template != nil, choice.format != .goTemplate, isEvents || !CrictlBehaviour.templateNeedsFormat.isActive {
      let message = "--template is allowed only with -o go-template, not with -o \(name)"
      throw Failure(.usage, Crictl.words("template can't be used with \"\(name)\" format", or: message))
    }
    let text = choice.format == .goTemplate ? template ?? choice.text : choice.text
    switch choice.format {
    case .table, .wide, .name: return nil
    case .json: return .json
    case .yaml: return .yaml
    case .goTemplate, .jsonPath, .customColumns:
      guard let text, !text.isEmpty else {
        throw Failure(.usage, "-o \(name) needs a value; specify -o \(choice.format.usage)")
      }
      do throws(TemplateError) {
        switch choice.format {
        case .jsonPath: return .jsonPath(try JSONPath(text))
        case .customColumns: return .customColumns(try CustomColumns(text))
        default: return .goTemplate(try GoTemplate(text))
        }
      } catch {
        throw Failure(.usage, "\(Crictl.words("failed to parse \(name):", or: "-o")) \(error)")
      }
    }
  }

  /// The text of one document, with a newline at its end.
  /// - Parameter elements: The elements that become the rows of custom columns.
  func text(of document: JSON, elements: [JSON]) throws(Failure) -> String {
    do throws(TemplateError) {
      switch self {
      case .json: return document.text(pretty: true) + "\n"
      // crictl adds an empty line.
      case .yaml: return YAML.text(document) + "\n"
      // As in crictl, a newline is added even if the template ends its last line itself.
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

  /// The cells of an element.
  static func row(_ columns: CustomColumns, _ element: JSON) throws(Failure) -> [String] {
    do throws(TemplateError) {
      return try columns.row(element)
    } catch {
      throw Failure(.failed, "-o \(error)")
    }
  }

  /// The text of a Go template for several documents. As in crictl, the template is applied to an array of the
  /// documents; if that fails, it is applied to each document.
  static func text(_ template: GoTemplate, ofAll documents: [JSON]) throws(Failure) -> String {
    if let text = try? template.render(.array(documents)) { return shown(text + "\n") }
    var lines = ""
    for document in documents { lines += try Self.goTemplate(template).text(of: document, elements: []) }
    return lines
  }

  /// On a terminal, control characters in a template's output must not take effect; elsewhere, scripts depend on the
  /// exact text.
  private static func shown(_ text: String) -> String {
    Environment.outputIsTerminal ? Sanitizer.visibleLines(text) : text
  }

  /// A template may end its last line itself.
  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}

extension CustomColumns {
  /// The table without its rows.
  var table: Table { Table(headers.map { Table.Column($0) }, layout: .compact) }
}
