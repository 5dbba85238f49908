/// A statement of a parsed template.
indirect enum TemplateStatement: Sendable {
  case text(String)
  /// `{{pipeline}}`, which prints its value unless it sets a variable.
  case output(TemplatePipeline)
  case branch(TemplateBranch)
  /// `{{template "name" pipeline}}`
  case invoke(name: String, argument: TemplatePipeline?, at: Int)
  /// `{{break}}`
  case breakLoop
  /// `{{continue}}`
  case continueLoop
}

/// `{{if}}`, `{{with}}` or `{{range}}` up to its `{{end}}`.
struct TemplateBranch: Sendable {
  enum Kind: String, Hashable, Sendable { case `if`, with, range }

  /// A condition and its body. A chain of `{{else if}}` is a list of arms, so its length does not count as nesting.
  struct Arm: Sendable {
    let pipeline: TemplatePipeline
    let body: [TemplateStatement]
  }

  let kind: Kind
  let arms: [Arm]
  let otherwise: [TemplateStatement]
  let offset: Int
}

/// A pipeline such as `$a, $b := command | command`.
struct TemplatePipeline: Sendable {
  /// The names of the variables that the pipeline sets.
  let variables: [String]
  /// Whether the operator is `=`, which requires existing variables, rather than `:=`.
  let isAssignment: Bool
  let commands: [TemplateCommand]
  let offset: Int
}

/// A function with its arguments, or a single value.
struct TemplateCommand: Sendable {
  let operands: [TemplateOperand]
  let offset: Int
}

/// A value, followed by the fields to select from it.
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
  let offset: Int
}
