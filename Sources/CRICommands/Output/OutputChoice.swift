internal import ArgumentParser

/// What stands after `-o`: a format, and for some of them the text that says what is shown, as in `jsonpath={.items}`.
struct OutputChoice: Hashable, Sendable {
  enum Format: String, Hashable, Sendable, CaseIterable {
    case table
    /// The table with more columns.
    case wide
    case json
    case yaml
    /// A name a line.
    case name
    case goTemplate = "go-template"
    case jsonPath = "jsonpath"
    case customColumns = "custom-columns"

    /// Those of a single object's document, first the usual one.
    static let ofDocuments: [Format] = [.json, .yaml, .goTemplate, .jsonPath, .customColumns]
    static let ofObjects: [Format] = [.json, .yaml, .table, .goTemplate, .jsonPath, .customColumns]
    static let ofEvents: [Format] = [.json, .yaml, .table, .goTemplate, .jsonPath]

    /// Whether a text follows.
    var takesText: Bool { [.goTemplate, .jsonPath, .customColumns].contains(self) }

    /// As the help and errors name it.
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
  /// What follows the format; nil where nothing does.
  let text: String?

  init(_ format: Format, _ text: String? = nil) {
    self.format = format
    self.text = text
  }

  /// What was chosen: `--template` alone chooses the template.
  static func of(_ output: OutputChoice?, template: String?, usually format: Format) -> OutputChoice {
    output ?? OutputChoice(template == nil ? format : .goTemplate)
  }

  /// Reads the option of a command that writes these formats. A function, since ArgumentParser tells a type's choices in
  /// many lines.
  static func parse(_ formats: [Format]) -> @Sendable (String) throws -> OutputChoice {
    { try OutputChoice($0, among: formats) }
  }

  private init(_ argument: String, among formats: [Format]) throws {
    let name = argument.prefix { $0 != "=" }
    let text = name.endIndex == argument.endIndex ? nil : String(argument[argument.index(after: name.endIndex)...])
    guard let format = Format(rawValue: String(name)), formats.contains(format), format.takesText || text == nil else {
      throw ValidationError("this command writes \(formats.map(\.usage).joined(separator: ", "))")
    }
    self.init(format, text)
  }
}
