/// A piece of a parsed template.
indirect enum TemplateStatement: Sendable {
  case text(String)
  /// `{{pipeline}}`: prints, unless it only sets a variable.
  case output(TemplatePipeline)
  case branch(TemplateBranch)
  /// `{{template "name" pipeline}}`
  case invoke(name: String, argument: TemplatePipeline?, at: Int)
  /// `{{break}}`
  case leave
  /// `{{continue}}`
  case next
}

/// `{{if}}`, `{{with}}` or `{{range}}` up to its `{{end}}`.
struct TemplateBranch: Sendable {
  enum Kind: String, Hashable, Sendable { case `if`, with, range }

  /// A condition and what stands below it. A chain of `{{else if}}` is a list, so that its length nests nothing.
  struct Arm: Sendable {
    let pipeline: TemplatePipeline
    let body: [TemplateStatement]
  }

  let kind: Kind
  let arms: [Arm]
  let otherwise: [TemplateStatement]
  let at: Int
}

/// `$a, $b := command | command`
struct TemplatePipeline: Sendable {
  /// The variables that it sets.
  let variables: [String]
  /// Whether these exist already: `=` and not `:=`.
  let isAssignment: Bool
  let commands: [TemplateCommand]
  let at: Int
}

/// A function with its arguments, or one value.
struct TemplateCommand: Sendable {
  let operands: [TemplateOperand]
  let at: Int
}

/// A value with the fields that are taken of it.
struct TemplateOperand: Sendable {
  indirect enum Term: Sendable {
    case dot
    case null
    case constant(TemplateValue)
    case variable(String)
    case function(TemplateFunction)
    case group(TemplatePipeline)
  }

  let term: Term
  let fields: [String]
  let at: Int
}
