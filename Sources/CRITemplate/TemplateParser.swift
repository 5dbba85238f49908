/// Parses tokens into statements, and checks everything that does not depend on a document: the names of functions and
/// variables, the nesting, and the position of each construct.
struct TemplateParser {
  private enum Ending { case template, end, otherwise }

  let source: TemplateSource
  let tokens: [TemplateToken]
  var position = 0
  /// The variables that are visible at the current token.
  var variables = ["$"]
  var depth = 0
  private(set) var definitions: [String: [TemplateStatement]] = [:]
  /// The number of `{{range}}` blocks around the current token.
  private var openRanges = 0

  /// The maximum nesting depth. It protects the stack and is more than any real template needs.
  static let maximumDepth = 100

  init(_ source: TemplateSource) throws(TemplateError) {
    self.source = source
    var lexer = TemplateLexer(source)
    tokens = try lexer.run()
  }

  mutating func parse() throws(TemplateError) -> [TemplateStatement] {
    let (statements, ending) = try list(isTop: true)
    guard case .template = ending else {
      throw source.error(at: tokens[max(0, position - 1)].offset, "there is no open block to close")
    }
    return statements
  }

  var token: TemplateToken { tokens[position] }

  mutating func next() -> TemplateToken {
    defer { position = min(position + 1, tokens.count - 1) }
    return token
  }

  mutating func nest<Result>(
    _ body: (inout TemplateParser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    guard depth < Self.maximumDepth else {
      throw source.error(at: token.offset, "nested deeper than \(Self.maximumDepth) levels")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Statements

  /// Parses statements up to `{{end}}`, `{{else` or the end of the template. It consumes `{{end}}` but not the text
  /// that follows `{{else`.
  private mutating func list(isTop: Bool = false) throws(TemplateError) -> ([TemplateStatement], Ending) {
    var statements: [TemplateStatement] = []
    while true {
      let first = next()
      switch first.kind {
      case .text(let text): statements.append(.text(text))
      case .end: return (statements, .template)
      default:
        // The lexer produces only text and actions.
        guard case .identifier(let word) = token.kind else {
          statements.append(.output(try wholePipeline("a value")))
          continue
        }
        let offset = token.offset
        switch word {
        case "end":
          position += 1
          try close(after: "\"end\"")
          return (statements, .end)
        case "else":
          position += 1
          return (statements, .otherwise)
        case "define":
          position += 1
          guard isTop, depth == 0 else { throw source.error(at: offset, "\"define\" is not allowed inside a block") }
          let name = try name(after: word)
          try close(after: "\"define\" and its name")
          try define(name, at: offset)
        default: statements.append(try keyword(word, at: offset))
        }
      }
    }
  }

  private mutating func keyword(_ word: String, at offset: Int) throws(TemplateError) -> TemplateStatement {
    if let kind = TemplateBranch.Kind(rawValue: word) {
      position += 1
      return .branch(try nest { parser throws(TemplateError) in try parser.branch(kind, at: offset) })
    }
    switch word {
    case "template", "block":
      position += 1
      let name = try name(after: word)
      var argument: TemplatePipeline?
      if token.kind == .close, word == "template" {
        position += 1
      } else {
        argument = try wholePipeline("the argument of \(GoText.quote(word))")
      }
      if word == "block" { try define(name, at: offset) }
      return .invoke(name: name, argument: argument, at: offset)
    case "break", "continue":
      position += 1
      guard openRanges > 0 else { throw source.error(at: offset, "\(GoText.quote(word)) outside of \"range\"") }
      try close(after: GoText.quote(word))
      return word == "break" ? .breakLoop : .continueLoop
    default: return .output(try wholePipeline("a value"))
    }
  }

  private mutating func name(after word: String) throws(TemplateError) -> String {
    let name = next()
    guard case .string(let text) = name.kind else {
      throw source.error(
        at: name.offset, "expected a name in quotes after \(GoText.quote(word)), found \(name.description)")
    }
    return text
  }

  private mutating func close(after subject: String) throws(TemplateError) {
    let token = next()
    guard token.kind == .close else {
      throw source.error(at: token.offset, "expected \"}}\" after \(subject), found \(token.description)")
    }
  }

  /// Parses the body of a `{{define}}` or `{{block}}`, in which outer variables are not visible.
  private mutating func define(_ name: String, at offset: Int) throws(TemplateError) {
    let (outerVariables, outerRanges) = (variables, openRanges)
    (variables, openRanges) = (["$"], 0)
    defer { (variables, openRanges) = (outerVariables, outerRanges) }
    let (body, ending) = try nest { parser throws(TemplateError) in try parser.list() }
    guard case .end = ending else { throw unclosed("\"define\" or \"block\"", ending, at: offset) }
    // As in Go, an empty definition can be replaced, but does not replace another one.
    if let known = definitions[name], !Self.isEmpty(known) {
      guard Self.isEmpty(body) else {
        throw source.error(at: offset, "the template \(GoText.quote(name)) is already defined")
      }
      return
    }
    definitions[name] = body
  }

  private static func isEmpty(_ statements: [TemplateStatement]) -> Bool {
    statements.allSatisfy { if case .text(let text) = $0 { text.allSatisfy(\.isWhitespace) } else { false } }
  }

  private func unclosed(_ subject: String, _ ending: Ending, at offset: Int) -> TemplateError {
    switch ending {
    case .otherwise: source.error(at: tokens[position - 1].offset, "\"else\" does not belong to \(subject)")
    default: source.error(at: offset, "\(subject) is never closed by {{end}}")
    }
  }

  private mutating func branch(_ kind: TemplateBranch.Kind, at offset: Int) throws(TemplateError) -> TemplateBranch {
    let outer = variables.count
    defer { variables.removeSubrange(outer...) }
    let word = GoText.quote(kind.rawValue)
    var arms: [TemplateBranch.Arm] = []
    while true {
      let pipeline = try wholePipeline("a value for \(word)", isRange: kind == .range)
      let scope = variables.count
      openRanges += kind == .range ? 1 : 0
      let (body, ending) = try list()
      openRanges -= kind == .range ? 1 : 0
      variables.removeSubrange(scope...)
      arms.append(TemplateBranch.Arm(pipeline: pipeline, body: body))
      switch ending {
      case .end: return TemplateBranch(kind: kind, arms: arms, otherwise: [], offset: offset)
      case .template: throw unclosed(word, ending, at: offset)
      case .otherwise:
        if case .identifier(let next) = token.kind {
          guard kind != .range, next == kind.rawValue else {
            throw source.error(
              at: token.offset, "expected \"}}\" after \"else\" of \(word), found \(token.description)")
          }
          position += 1
          continue
        }
        try close(after: "\"else\"")
        let (otherwise, ending) = try list()
        guard case .end = ending else { throw unclosed(word, ending, at: offset) }
        return TemplateBranch(kind: kind, arms: arms, otherwise: otherwise, offset: offset)
      }
    }
  }
}
