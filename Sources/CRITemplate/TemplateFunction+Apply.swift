internal import CRIJSON

/// The reason why a function rejects its arguments.
struct TemplateFunctionError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

extension TemplateFunction {
  /// Calls the function. The number of arguments must be in `argumentCount`.
  func apply(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> TemplateValue {
    switch self {
    // The caller has already returned if an argument other than the last one determines the result.
    case .and, .or: return arguments.last ?? .null
    case .not: return .bool(!arguments[0].isTrue)
    case .eq: return .bool(try equals(arguments))
    case .ne: return .bool(try compare(arguments) != .equal)
    case .lt: return .bool(try ordered(arguments) == .less)
    case .gt: return .bool(try ordered(arguments) == .greater)
    case .le: return .bool([.less, .equal].contains(try ordered(arguments)))
    case .ge: return .bool([.greater, .equal].contains(try ordered(arguments)))
    case .index: return try indexed(arguments)
    case .slice: return try sliced(arguments)
    case .len: return .int(try length(arguments[0]))
    case .print: return .string(GoFormatter.print(arguments))
    case .println: return .string(GoFormatter.println(arguments))
    case .printf:
      guard case .json(.string(let format)) = arguments[0] else {
        throw TemplateFunctionError("the format must be a string, not \(arguments[0].kind)")
      }
      return .string(GoFormatter.format(format, Array(arguments.dropFirst())))
    case .html: return .string(TemplateEscapes.html(text(arguments)))
    case .js: return .string(TemplateEscapes.javaScript(text(arguments)))
    case .urlquery: return .string(TemplateEscapes.query(text(arguments)))
    case .json: return .string(arguments[0].document.sortedKeys().text() + "\n")
    case .title: return .string(TitleCase.apply(to: try string(arguments[0])))
    case .lower: return .string(try string(arguments[0]).lowercased())
    case .upper: return .string(try string(arguments[0]).uppercased())
    }
  }

  private func string(_ value: TemplateValue) throws(TemplateFunctionError) -> String {
    guard case .json(.string(let text)) = value else {
      throw TemplateFunctionError("needs a string, not \(value.kind)")
    }
    return text
  }

  private func text(_ arguments: [TemplateValue]) -> String {
    // A single missing value is shown in the same way as outside a function.
    arguments.count == 1 && arguments[0].isNull ? "<no value>" : GoFormatter.print(arguments)
  }

  // MARK: Comparisons

  private func equals(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> Bool {
    guard arguments.count > 1 else { throw TemplateFunctionError("needs a second argument to compare with") }
    for other in arguments.dropFirst() where try compare([arguments[0], other]) == .equal { return true }
    return false
  }

  private func compare(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> TemplateOrder {
    let order = arguments[0].compared(to: arguments[1])
    guard order != .incomparable else { throw incomparable(arguments) }
    return order
  }

  private func ordered(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> TemplateOrder {
    let order = arguments[0].compared(to: arguments[1])
    switch (order, arguments[0]) {
    // Null and Booleans can be equal, but have no order. NaN cannot occur in a document.
    case (.incomparable, _), (.unordered, _), (.equal, .json(.null)), (.equal, .json(.bool)):
      throw incomparable(arguments)
    default: return order
    }
  }

  private func incomparable(_ arguments: [TemplateValue]) -> TemplateFunctionError {
    TemplateFunctionError("cannot compare \(arguments[0].kind) with \(arguments[1].kind)")
  }

  // MARK: Lists

  private func length(_ value: TemplateValue) throws(TemplateFunctionError) -> Int64 {
    switch value {
    case .json(.string(let text)): return Int64(text.utf8.count)
    case .json(.array(let elements)): return Int64(elements.count)
    case .json(.object(let object)): return Int64(object.count)
    default: throw TemplateFunctionError("\(value.kind) has no length")
    }
  }

  private func indexed(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> TemplateValue {
    var value = arguments[0]
    guard !value.isNull else { throw TemplateFunctionError("null cannot be indexed") }
    for key in arguments.dropFirst() {
      switch value {
      case .json(.object(let object)):
        guard case .json(.string(let name)) = key else {
          throw TemplateFunctionError("an object is indexed by a string, not by \(key.kind)")
        }
        value = object[name].map { .json($0) } ?? .null
      case .json(.array(let elements)): value = .json(elements[try position(key, below: elements.count)])
      case .json(.string(let text)):
        let bytes = Array(text.utf8)
        value = .int(Int64(bytes[try position(key, below: bytes.count)]))
      default: throw TemplateFunctionError("\(value.kind) cannot be indexed")
      }
    }
    return value
  }

  private func position(_ key: TemplateValue, below limit: Int) throws(TemplateFunctionError) -> Int {
    if case .json(.string) = key { throw TemplateFunctionError("a list is indexed by a number, not by a string") }
    guard let position = key.intValue else {
      throw TemplateFunctionError("a list is indexed by a whole number, not by \(key.kind)")
    }
    guard position >= 0, position < limit else { throw TemplateFunctionError("index out of range: \(position)") }
    return Int(position)
  }

  private func sliced(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> TemplateValue {
    let count: Int
    switch arguments[0] {
    case .json(.array(let elements)): count = elements.count
    case .json(.string(let text)): count = text.utf8.count
    default: throw TemplateFunctionError("\(arguments[0].kind) cannot be sliced")
    }
    guard arguments.count <= 4 else { throw TemplateFunctionError("too many indexes: \(arguments.count - 1)") }
    var bounds = [0, count, count]
    for (index, argument) in arguments.dropFirst().enumerated() {
      bounds[index] = try position(argument, below: count + 1)
    }
    guard bounds[0] <= bounds[1], bounds[1] <= bounds[2] || arguments.count < 4 else {
      throw TemplateFunctionError("invalid indexes: \(bounds[0]) > \(bounds[1])")
    }
    switch arguments[0] {
    case .json(.array(let elements)): return .json(.array(Array(elements[bounds[0]..<bounds[1]])))
    case .json(.string(let text)):
      guard arguments.count < 4 else { throw TemplateFunctionError("a string is sliced by two indexes at most") }
      return .string(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
    default: return .null
    }
  }
}

extension TemplateValue {
  /// The value as JSON.
  fileprivate var document: JSON {
    switch self {
    case .int(let value): JSON(value)
    case .float(let value): JSON(value)
    case .json(let json): json
    }
  }
}
