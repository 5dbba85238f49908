/// Makes statements of words, and checks what can be checked without a document: names of functions and variables,
/// nesting, and where each construct may stand.
struct TemplateParser {
  private enum Ending { case template, end, otherwise }

  let source: TemplateSource
  let tokens: [TemplateToken]
  var position = 0
  /// The variables in sight.
  var variables = ["$"]
  var depth = 0
  private(set) var definitions: [String: [TemplateStatement]] = [:]
  /// How many `{{range}}` are open.
  private var openRanges = 0

  /// No template that a person writes nests deeper, and no deeper one can exhaust the stack.
  static let maximumDepth = 100

  init(_ source: TemplateSource) throws(TemplateError) {
    self.source = source
    var lexer = TemplateLexer(source)
    tokens = try lexer.run()
  }

  mutating func parse() throws(TemplateError) -> [TemplateStatement] {
    let (statements, ending) = try list(isTop: true)
    guard case .template = ending else {
      throw source.error(at: tokens[max(0, position - 1)].offset, "nothing is open that it could close")
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

  /// Statements up to `{{end}}`, which is consumed, `{{else`, whose rest is not, or the end of the template.
  private mutating func list(isTop: Bool = false) throws(TemplateError) -> ([TemplateStatement], Ending) {
    var statements: [TemplateStatement] = []
    while true {
      let first = next()
      switch first.kind {
      case .text(let text): statements.append(.text(text))
      case .end: return (statements, .template)
      default:
        // The lexer puts nothing but actions between texts.
        guard case .identifier(let word) = token.kind else {
          statements.append(.output(try wholePipeline("a value")))
          continue
        }
        let at = token.offset
        switch word {
        case "end":
          position += 1
          try close("\"end\"")
          return (statements, .end)
        case "else":
          position += 1
          return (statements, .otherwise)
        case "define":
          position += 1
          guard isTop, depth == 0 else { throw source.error(at: at, "\"define\" must not stand inside of a block") }
          let name = try name(after: word)
          try close("\"define\" and its name")
          try define(name, at: at)
        default: statements.append(try keyword(word, at: at))
        }
      }
    }
  }

  private mutating func keyword(_ word: String, at: Int) throws(TemplateError) -> TemplateStatement {
    if let kind = TemplateBranch.Kind(rawValue: word) {
      position += 1
      return .branch(try nest { parser throws(TemplateError) in try parser.branch(kind, at: at) })
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
      if word == "block" { try define(name, at: at) }
      return .invoke(name: name, argument: argument, at: at)
    case "break", "continue":
      position += 1
      guard openRanges > 0 else { throw source.error(at: at, "\(GoText.quote(word)) outside of \"range\"") }
      try close(GoText.quote(word))
      return word == "break" ? .leave : .next
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

  private mutating func close(_ what: String) throws(TemplateError) {
    let token = next()
    guard token.kind == .close else {
      throw source.error(at: token.offset, "expected \"}}\" after \(what), found \(token.description)")
    }
  }

  /// The body of a `{{define}}` or `{{block}}`, which sees none of the variables around it.
  private mutating func define(_ name: String, at: Int) throws(TemplateError) {
    let (outerVariables, outerRanges) = (variables, openRanges)
    (variables, openRanges) = (["$"], 0)
    defer { (variables, openRanges) = (outerVariables, outerRanges) }
    let (body, ending) = try nest { parser throws(TemplateError) in try parser.list() }
    guard case .end = ending else { throw unclosed("\"define\" or \"block\"", ending, at: at) }
    // As in Go, an empty definition may be filled, and does not empty a full one.
    if let known = definitions[name], !Self.isEmpty(known) {
      guard Self.isEmpty(body) else {
        throw source.error(at: at, "a template of the name \(GoText.quote(name)) is defined already")
      }
      return
    }
    definitions[name] = body
  }

  private static func isEmpty(_ statements: [TemplateStatement]) -> Bool {
    statements.allSatisfy { if case .text(let text) = $0 { text.allSatisfy(\.isWhitespace) } else { false } }
  }

  private func unclosed(_ what: String, _ ending: Ending, at: Int) -> TemplateError {
    switch ending {
    case .otherwise: source.error(at: tokens[position - 1].offset, "\"else\" does not belong to \(what)")
    default: source.error(at: at, "\(what) is never closed by {{end}}")
    }
  }

  private mutating func branch(_ kind: TemplateBranch.Kind, at: Int) throws(TemplateError) -> TemplateBranch {
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
      case .end: return TemplateBranch(kind: kind, arms: arms, otherwise: [], at: at)
      case .template: throw unclosed(word, ending, at: at)
      case .otherwise:
        if case .identifier(let next) = token.kind {
          guard kind != .range, next == kind.rawValue else {
            throw source.error(
              at: token.offset, "expected \"}}\" after \"else\" of \(word), found \(token.description)")
          }
          position += 1
          continue
        }
        try close("\"else\"")
        let (otherwise, ending) = try list()
        guard case .end = ending else { throw unclosed(word, ending, at: at) }
        return TemplateBranch(kind: kind, arms: arms, otherwise: otherwise, at: at)
      }
    }
  }
}
