internal import ArgumentParser
internal import CRICommandLine

/// The value of `-o`: a format, in some cases followed by an expression that selects what is printed, as in
/// `jsonpath={.items}`.
struct OutputChoice: Hashable, Sendable {
  enum Format: String, Hashable, Sendable, CaseIterable {
    case table
    /// The table with more columns.
    case wide
    case json
    case yaml
    /// One name per line.
    case name
    case goTemplate = "go-template"
    case jsonPath = "jsonpath"
    case customColumns = "custom-columns"

    /// The formats for a single document; the default comes first.
    static let ofDocuments: [Format] = [.json, .yaml, .goTemplate, .jsonPath, .customColumns]
    static let ofObjects: [Format] = [.json, .yaml, .table, .goTemplate, .jsonPath, .customColumns]
    static let ofEvents: [Format] = [.json, .yaml, .table, .goTemplate, .jsonPath]

    /// Whether the format needs an expression, such as a template.
    var takesText: Bool { [.goTemplate, .jsonPath, .customColumns].contains(self) }

    /// The format in help and errors.
    var usage: String {
      switch self {
      case .goTemplate: "go-template=TEMPLATE"
      case .jsonPath: "jsonpath=PATH"
      case .customColumns: "custom-columns=NAME:.path,…"
      default: rawValue
      }
    }
  }

  let format: Format
  /// The expression after the format; nil without one.
  let text: String?

  init(_ format: Format, _ text: String? = nil) {
    self.format = format
    self.text = text
  }

  /// The chosen output: `--template` alone selects the template format, except under the name crictl.
  static func of(_ output: OutputChoice?, template: String?, default format: Format) -> OutputChoice {
    output ?? OutputChoice(template == nil || CrictlBehaviour.templateNeedsFormat.isActive ? format : .goTemplate)
  }

  /// Parses the option of a command that supports these formats. It is a function because ArgumentParser prints the
  /// choices of a type on separate lines.
  static func parse(_ formats: [Format]) -> @Sendable (String) throws -> OutputChoice {
    { try OutputChoice($0, among: formats) }
  }

  private init(_ argument: String, among formats: [Format]) throws {
    let name = argument.prefix { $0 != "=" }
    let text = name.endIndex == argument.endIndex ? nil : String(argument[argument.index(after: name.endIndex)...])
    guard let format = Format(rawValue: String(name)), formats.contains(format), format.takesText || text == nil else {
      let remedy = "specify one of \(formats.map(\.usage).joined(separator: ", "))"
      throw ValidationError(Crictl.words("don't support \"\(name)\" format; \(remedy)", or: remedy))
    }
    self.init(format, text)
  }
}
