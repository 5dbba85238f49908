internal import CRIJSON

/// Renders one document with a template.
struct TemplateRun {
  /// How a list of statements ended.
  private enum Flow { case completed, breakLoop, continueLoop }

  let template: GoTemplate
  private let document: TemplateValue
  private(set) var output = ""
  private var variables: [(name: String, value: TemplateValue)] = []
  private var depth = 0
  private var iterations = 0

  /// The maximum depth of nested blocks and template calls. It stops infinite recursion.
  private static let maximumDepth = 500
  /// The maximum number of iterations of all loops: nested loops over lists multiply. They take about a second.
  var maximumIterations = 10_000_000
  /// The maximum length of the text in bytes.
  private static let maximumOutput = 256 << 20
  /// The maximum length of a string that a function returns, in bytes: a loop could double it each time.
  var maximumValue = 64 << 20

  init(_ template: GoTemplate, _ document: JSON) {
    self.template = template
    self.document = .json(document)
  }

  mutating func execute() throws(TemplateError) {
    variables = [("$", document)]
    _ = try run(template.statements, document, at: 0)
  }

  func error(at offset: Int, _ message: String) -> TemplateError { template.source.error(at: offset, message) }

  // MARK: Statements

  private mutating func run(
    _ statements: [TemplateStatement], _ dot: TemplateValue, at offset: Int
  ) throws(TemplateError) -> Flow {
    guard depth < Self.maximumDepth else {
      throw error(at: offset, "blocks and templates nest deeper than \(Self.maximumDepth) levels")
    }
    depth += 1
    let scope = variables.count
    defer {
      depth -= 1
      variables.removeSubrange(scope...)
    }
    for statement in statements {
      switch statement {
      case .text(let text): output += text
      case .output(let pipeline):
        let value = try evaluate(pipeline, dot)
        if pipeline.variables.isEmpty { output += value.isNull ? "<no value>" : GoFormatter.print([value]) }
      case .invoke(let name, let argument, let offset): try invoke(name, argument, dot, offset)
      case .breakLoop: return .breakLoop
      case .continueLoop: return .continueLoop
      case .branch(let branch):
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let flow = branch.kind == .range ? try range(branch, dot) : try choose(branch, dot)
        if flow != .completed { return flow }
      }
    }
    return .completed
  }

  private mutating func choose(_ branch: TemplateBranch, _ dot: TemplateValue) throws(TemplateError) -> Flow {
    for arm in branch.arms {
      let value = try evaluate(arm.pipeline, dot)
      if value.isTrue { return try run(arm.body, branch.kind == .with ? value : dot, at: branch.offset) }
    }
    return try run(branch.otherwise, dot, at: branch.offset)
  }

  private mutating func invoke(
    _ name: String, _ argument: TemplatePipeline?, _ dot: TemplateValue, _ offset: Int
  ) throws(TemplateError) {
    guard let body = template.definitions[name] else {
      throw error(at: offset, "the template \(GoText.quote(name)) is not defined")
    }
    let value = try argument.map { pipeline throws(TemplateError) in try evaluate(pipeline, dot) } ?? .null
    // The called template cannot see its caller's variables, and its $ is its argument.
    let outer = variables
    variables = [("$", value)]
    defer { variables = outer }
    _ = try run(body, value, at: offset)
  }

  // MARK: Loops

  private mutating func range(_ branch: TemplateBranch, _ dot: TemplateValue) throws(TemplateError) -> Flow {
    guard let arm = branch.arms.first else { return .completed }
    let value = try evaluateCommands(arm.pipeline, dot)
    var isEmpty = true
    switch value {
    case .json(.array(let elements)):
      for (position, element) in elements.enumerated() {
        isEmpty = false
        if try !runIteration(branch, arm, key: .int(Int64(position)), .json(element)) { break }
      }
    case .json(.object(let object)):
      for (key, element) in object.sortedByKey() {
        isEmpty = false
        if try !runIteration(branch, arm, key: .string(key), .json(element)) { break }
      }
    case .json(.null): break
    default:
      guard let count = value.intValue, !value.isString else {
        throw error(at: arm.pipeline.offset, "range needs a list, an object or a whole number, not \(value.kind)")
      }
      guard arm.pipeline.variables.count < 2 else {
        throw error(at: arm.pipeline.offset, "range over a number sets one variable, not two")
      }
      var number: Int64 = 0
      while number < count {
        isEmpty = false
        if try !runIteration(branch, arm, key: .int(number), .int(number)) { break }
        number += 1
      }
    }
    return isEmpty ? try run(branch.otherwise, dot, at: branch.offset) : .completed
  }

  /// Runs the body of a loop once. Returns false if it ended with `{{break}}`.
  private mutating func runIteration(
    _ branch: TemplateBranch, _ arm: TemplateBranch.Arm, key: TemplateValue, _ element: TemplateValue
  ) throws(TemplateError) -> Bool {
    iterations += 1
    guard iterations <= maximumIterations else {
      throw error(at: branch.offset, "the loops have more than \(maximumIterations) iterations")
    }
    guard output.utf8.count <= Self.maximumOutput else {
      throw error(at: branch.offset, "the text is longer than \(Self.maximumOutput >> 20) MiB")
    }
    let scope = variables.count
    defer { variables.removeSubrange(scope...) }
    let names = arm.pipeline.variables
    for (name, value) in zip(names, names.count == 2 ? [key, element] : [element]) {
      set(name, value, isAssignment: arm.pipeline.isAssignment)
    }
    return try run(arm.body, element, at: branch.offset) != .breakLoop
  }

  // MARK: Values

  private mutating func set(_ name: String, _ value: TemplateValue, isAssignment: Bool) {
    if isAssignment, let known = variables.lastIndex(where: { $0.name == name }) {
      variables[known].value = value
    } else {
      variables.append((name, value))
    }
  }

  private mutating func evaluate(
    _ pipeline: TemplatePipeline, _ dot: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    let value = try evaluateCommands(pipeline, dot)
    for name in pipeline.variables { set(name, value, isAssignment: pipeline.isAssignment) }
    return value
  }

  private mutating func evaluateCommands(
    _ pipeline: TemplatePipeline, _ dot: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    var piped: TemplateValue?
    for command in pipeline.commands { piped = try evaluate(command, dot, piped) }
    return piped ?? .null
  }

  private mutating func evaluate(
    _ command: TemplateCommand, _ dot: TemplateValue, _ piped: TemplateValue?
  ) throws(TemplateError) -> TemplateValue {
    guard let first = command.operands.first else { return .null }
    guard case .function(let function) = first.term else { return try evaluate(first, dot) }
    return try call(function, command.operands.dropFirst(), dot, piped, at: first.offset)
  }

  private mutating func call(
    _ function: TemplateFunction, _ operands: ArraySlice<TemplateOperand>, _ dot: TemplateValue,
    _ piped: TemplateValue?, at offset: Int
  ) throws(TemplateError) -> TemplateValue {
    let count = operands.count + (piped == nil ? 0 : 1)
    guard function.argumentCount.contains(count) else {
      let (least, most) = (function.argumentCount.lowerBound, function.argumentCount.upperBound)
      let wanted = least == most ? "\(least)" : "at least \(least)"
      throw error(
        at: offset, "\(function.rawValue) takes \(wanted) argument\(most == 1 ? "" : "s"), not \(count)")
    }
    var arguments: [TemplateValue] = []
    for operand in operands {
      let value = try evaluate(operand, dot)
      // `and` and `or` do not evaluate the arguments after the one that determines the result.
      if function == .and && !value.isTrue || function == .or && value.isTrue { return value }
      arguments.append(value)
    }
    if let piped { arguments.append(piped) }
    do throws(TemplateFunctionError) {
      let value = try function.apply(arguments)
      if case .json(.string(let text)) = value, text.utf8.count > maximumValue {
        throw TemplateFunctionError("the text is longer than \(maximumValue >> 20) MiB")
      }
      return value
    } catch {
      throw self.error(at: offset, "\(function.rawValue): \(error.message)")
    }
  }

  private mutating func evaluate(
    _ operand: TemplateOperand, _ dot: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    var value: TemplateValue
    switch operand.term {
    case .dot: value = dot
    case .null: return .null
    case .constant(let constant): return constant
    case .variable(let name): value = variables.last { $0.name == name }?.value ?? .null
    case .function(let function): return try call(function, [], dot, nil, at: operand.offset)
    case .group(let pipeline): value = try evaluate(pipeline, dot)
    }
    for field in operand.fields { value = try self.field(field, of: value, operand) }
    return value
  }

  private func field(
    _ name: String, of value: TemplateValue, _ operand: TemplateOperand
  ) throws(TemplateError) -> TemplateValue {
    if value.isNull, template.missingKey == .noValue { return .null }
    let field = GoText.quote("." + name)
    guard case .json(.object(let object)) = value else {
      let hint = if case .json(.array) = value { "; use range or index" } else { "" }
      throw error(at: operand.offset, "no field \(field) in \(value.kind)\(hint)")
    }
    if let member = object[name] { return .json(member) }
    if template.missingKey == .noValue { return .null }
    throw error(at: operand.offset, "the object has no field \(field)\(suggestion(name, object))")
  }

  /// Suggests a field whose name is spelled differently, such as `.status` for `.Status` or `.podSandboxId` for
  /// `.pod_sandbox_id`.
  private func suggestion(_ name: String, _ object: JSONObject) -> String {
    func folded(_ text: String) -> String { text.lowercased().filter { $0 != "_" && $0 != "-" } }
    let same = object.keys.first { folded($0) == folded(name) }
    return same.map { "; it has \(GoText.quote("." + $0))" } ?? ""
  }
}

extension TemplateValue {
  fileprivate var isString: Bool {
    if case .json(.string) = self { true } else { false }
  }
}
