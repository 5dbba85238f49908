internal import ArgumentParser
internal import CRIRendering

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

  /// Reads the option. A function, since ArgumentParser tells a type's choices in many lines.
  @Sendable static func parse(_ argument: String) throws -> OutputChoice {
    let name = argument.prefix { $0 != "=" }
    let text = name.endIndex == argument.endIndex ? nil : String(argument[argument.index(after: name.endIndex)...])
    guard let format = Format(rawValue: String(name)), format.takesText || text == nil else {
      throw ValidationError("unknown format")
    }
    return OutputChoice(format, text)
  }
}
