extension TemplateParser {
  /// Parses a pipeline and the braces that close it.
  /// - Parameter subject: The description of the pipeline in error messages.
  mutating func wholePipeline(_ subject: String, isRange: Bool = false) throws(TemplateError) -> TemplatePipeline {
    let pipeline = try pipeline(subject, isRange: isRange)
    let token = next()
    guard token.kind == .close else { throw source.error(at: token.offset, "unexpected \(token.description)") }
    return pipeline
  }

  /// Parses a pipeline up to `}}` or `)`, which are not consumed.
  private mutating func pipeline(_ subject: String, isRange: Bool = false) throws(TemplateError) -> TemplatePipeline {
    let start = token.offset
    let (names, isAssignment) = try variablesToSet(isRange: isRange)
    var commands: [TemplateCommand] = []
    while true {
      if token.kind == .close || token.kind == .rightParenthesis || token.kind == .pipe || token.kind == .end {
        throw source.error(at: token.offset, "expected \(subject), found \(token.description)")
      }
      let command = try command()
      try check(command, isFirst: commands.isEmpty)
      commands.append(command)
      guard token.kind == .pipe else { break }
      position += 1
    }
    // The variables that the pipeline declares are visible only after it.
    if !isAssignment { variables += names }
    return TemplatePipeline(variables: names, isAssignment: isAssignment, commands: commands, offset: start)
  }

  /// Parses `$a :=`, `$a =` and, for a range, `$a, $b :=`.
  private mutating func variablesToSet(isRange: Bool) throws(TemplateError) -> ([String], Bool) {
    guard case .variable(let first) = token.kind else { return ([], false) }
    var names = [first]
    var ahead = position + 1
    if tokens[ahead].kind == .comma, case .variable(let second) = tokens[ahead + 1].kind {
      names.append(second)
      ahead += 2
    }
    let isAssignment = tokens[ahead].kind == .assign
    guard isAssignment || tokens[ahead].kind == .declare else { return ([], false) }
    guard names.count == 1 || isRange else {
      throw source.error(at: token.offset, "only \"range\" can set two variables")
    }
    for name in names {
      if isAssignment { try checkIsDefined(name, at: token.offset) }
      guard name != "$" || isAssignment else {
        throw source.error(at: token.offset, "\"$\" is the document and cannot be declared")
      }
    }
    position = ahead + 1
    return (names, isAssignment)
  }

  private func checkIsDefined(_ name: String, at offset: Int) throws(TemplateError) {
    guard variables.contains(name) else {
      throw source.error(at: offset, "undefined variable \(GoText.quote(name))")
    }
  }

  private func check(_ command: TemplateCommand, isFirst: Bool) throws(TemplateError) {
    guard let first = command.operands.first else { return }
    if case .function = first.term, first.fields.isEmpty { return }
    if command.operands.count > 1 {
      throw source.error(at: command.offset, "only a function takes arguments")
    }
    if !isFirst { throw source.error(at: command.offset, "only a function can follow \"|\"") }
    if case .null = first.term { throw source.error(at: command.offset, "\"nil\" can only be an argument") }
  }

  private mutating func command() throws(TemplateError) -> TemplateCommand {
    let start = token.offset
    var operands: [TemplateOperand] = []
    while true {
      operands.append(try operand())
      switch token.kind {
      case .close, .rightParenthesis, .pipe: return TemplateCommand(operands: operands, offset: start)
      default:
        guard token.followsSpace else { throw source.error(at: token.offset, "unexpected \(token.description)") }
      }
    }
  }

  private mutating func operand() throws(TemplateError) -> TemplateOperand {
    let first = token
    var fields: [String] = []
    if case .field(let name) = first.kind { fields.append(name) }
    let term = try term()
    while case .field(let name) = token.kind, !token.followsSpace {
      switch term {
      case .constant, .null:
        throw source.error(at: token.offset, "unexpected \(token.description) after \(first.description)")
      case .function:
        throw source.error(
          at: token.offset, "unexpected \(token.description) after a function; put the call in parentheses")
      default: break
      }
      fields.append(name)
      position += 1
    }
    return TemplateOperand(term: term, fields: fields, offset: first.offset)
  }

  private mutating func term() throws(TemplateError) -> TemplateOperand.Term {
    let token = next()
    switch token.kind {
    case .dot, .field: return .dot
    case .string(let text): return .constant(.string(text))
    case .integer(let value): return .constant(.int(value))
    case .float(let value): return .constant(.float(value))
    case .variable(let name):
      try checkIsDefined(name, at: token.offset)
      return .variable(name)
    case .identifier("true"): return .constant(.bool(true))
    case .identifier("false"): return .constant(.bool(false))
    case .identifier("nil"): return .null
    case .identifier(let name):
      if let function = TemplateFunction(rawValue: name) { return .function(function) }
      if name == "call" {
        throw source.error(at: token.offset, "\"call\" is not supported: a document has no functions to call")
      }
      throw source.error(
        at: token.offset, "function \(GoText.quote(name)) is not one of \(TemplateFunction.names)")
    case .leftParenthesis:
      let group = try nest { parser throws(TemplateError) in try parser.pipeline("a value in parentheses") }
      guard next().kind == .rightParenthesis else {
        throw source.error(at: token.offset, "\"(\" is never closed by \")\"")
      }
      return .group(group)
    default: throw source.error(at: token.offset, "unexpected \(token.description)")
    }
  }
}
