internal import CRIJSON

/// Applies the steps of an expression to a document.
struct JSONPathEvaluator {
  private let source: TemplateSource
  private let missingKey: JSONPath.MissingKey

  init(_ source: TemplateSource, _ missingKey: JSONPath.MissingKey) {
    self.source = source
    self.missingKey = missingKey
  }

  /// Returns the values that the steps select.
  func select(_ values: [JSON], _ steps: [JSONPathStep], at offset: Int) throws(TemplateError) -> [JSON] {
    var values = values
    for step in steps { values = try select(values, step, at: offset) }
    return values
  }

  private func select(_ values: [JSON], _ step: JSONPathStep, at offset: Int) throws(TemplateError) -> [JSON] {
    switch step {
    case .text(let text): return [.string(text)]
    case .constant(let constant): return values.map { _ in constant }
    case .wildcard: return values.flatMap(Self.children)
    case .descent:
      var found: [JSON] = []
      for value in values { Self.descend(value, &found) }
      return found
    case .field(let name):
      let found = values.compactMap { $0[name] }
      guard !found.isEmpty || values.isEmpty || missingKey == .nothing else {
        throw source.error(at: offset, "no value has the field \(GoText.quote("." + name))")
      }
      return found
    case .slice(let slice):
      var found: [JSON] = []
      for value in values { found += try self.slice(value, slice) }
      return found
    case .union(let parts):
      var found: [JSON] = []
      for part in parts { found += try select(values, part, at: offset) }
      return found
    case .filter(let left, let comparison, let offset):
      var found: [JSON] = []
      for value in values {
        for element in try elements(value, "filtered", at: offset)
        where try matches(element, left, comparison, at: offset) { found.append(element) }
      }
      return found
    }
  }

  private static func children(_ value: JSON) -> [JSON] {
    switch value {
    case .array(let elements): elements
    case .object(let object): object.sortedByKey().values
    default: []
    }
  }

  /// Collects a value and everything inside it. Like kubectl, it skips scalars other than strings.
  private static func descend(_ value: JSON, _ found: inout [JSON]) {
    if case .string(let text) = value, !text.isEmpty { found.append(value) }
    let children = children(value)
    if !children.isEmpty { found.append(value) }
    for child in children { descend(child, &found) }
  }

  private func elements(_ value: JSON, _ verb: String, at offset: Int) throws(TemplateError) -> [JSON] {
    switch value {
    case .array(let elements): return elements
    case .null: return []
    default: throw source.error(at: offset, "\(TemplateValue.json(value).kind) is not a list and cannot be \(verb)")
    }
  }

  private func slice(_ value: JSON, _ slice: JSONPathSlice) throws(TemplateError) -> [JSON] {
    if value.isNull { return [] }
    let elements = try elements(value, "indexed", at: slice.offset)
    let count = elements.count
    var start = slice.start ?? 0
    if start < 0 { start += count }
    var end = slice.isIndex ? start + 1 : slice.end ?? count
    if !slice.isIndex, end < 0 { end += count }
    if start == end { return [] }
    guard (0..<max(count, 1)).contains(start), start < count, (0...count).contains(end) else {
      let index = start < 0 || start >= count ? slice.start ?? 0 : slice.end ?? 0
      throw source.error(at: slice.offset, "index \(index) is out of bounds: the list has \(count) elements")
    }
    guard start < end else {
      throw source.error(at: slice.offset, "the slice ends before its start: \(start) > \(end)")
    }
    let step = slice.step ?? 1
    guard step > 0 else { throw source.error(at: slice.offset, "the step must be greater than 0") }
    return stride(from: start, to: end, by: step).map { elements[$0] }
  }

  private func matches(
    _ element: JSON, _ left: [JSONPathStep], _ comparison: (JSONPathComparison, right: [JSONPathStep])?, at offset: Int
  ) throws(TemplateError) -> Bool {
    guard let (comparison, rightSteps) = comparison else {
      // If the path does not exist in the element, the element does not match.
      do { return try !select([element], left, at: offset).isEmpty } catch { return false }
    }
    let left = try select([element], left, at: offset)
    let right = try select([element], rightSteps, at: offset)
    guard let a = left.first, let b = right.first else { return false }
    guard left.count == 1, right.count == 1 else {
      throw source.error(
        at: offset, "a filter compares one value with one value, not \(left.count) with \(right.count)")
    }
    guard let holds = comparison.holds(TemplateValue.json(a).compared(to: .json(b))) else {
      let (a, b) = (TemplateValue.json(a).kind, TemplateValue.json(b).kind)
      throw source.error(at: offset, "cannot compare \(a) with \(b) using \(comparison.rawValue)")
    }
    return holds
  }
}
