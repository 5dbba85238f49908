internal import CRIJSON

/// Follows steps through a document.
struct JSONPathRun {
  private let source: TemplateSource
  private let missingKey: JSONPath.MissingKey

  init(_ source: TemplateSource, _ missingKey: JSONPath.MissingKey) {
    self.source = source
    self.missingKey = missingKey
  }

  /// The values that the steps lead to.
  func walk(_ values: [JSON], _ steps: [JSONPathStep], at: Int) throws(TemplateError) -> [JSON] {
    var values = values
    for step in steps { values = try walk(values, step, at: at) }
    return values
  }

  private func walk(_ values: [JSON], _ step: JSONPathStep, at: Int) throws(TemplateError) -> [JSON] {
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
        throw source.error(at: at, "nothing here has a field \(GoText.quote("." + name))")
      }
      return found
    case .slice(let slice):
      var found: [JSON] = []
      for value in values { found += try self.slice(value, slice) }
      return found
    case .union(let parts):
      var found: [JSON] = []
      for part in parts { found += try walk(values, part, at: at) }
      return found
    case .filter(let left, let comparison, let at):
      var found: [JSON] = []
      for value in values {
        for element in try elements(value, "filtered", at: at)
        where try matches(element, left, comparison, at: at) { found.append(element) }
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

  /// What is in a value, and itself first; of plain values only texts count, as in kubectl.
  private static func descend(_ value: JSON, _ found: inout [JSON]) {
    if case .string(let text) = value, !text.isEmpty { found.append(value) }
    let children = children(value)
    if !children.isEmpty { found.append(value) }
    for child in children { descend(child, &found) }
  }

  private func elements(_ value: JSON, _ verb: String, at: Int) throws(TemplateError) -> [JSON] {
    switch value {
    case .array(let elements): return elements
    case .null: return []
    default: throw source.error(at: at, "\(TemplateValue.json(value).kind) is no list and cannot be \(verb)")
    }
  }

  private func slice(_ value: JSON, _ slice: JSONPathSlice) throws(TemplateError) -> [JSON] {
    if value.isNull { return [] }
    let elements = try elements(value, "indexed", at: slice.at)
    let count = elements.count
    var start = slice.start ?? 0
    if start < 0 { start += count }
    var end = slice.isOne ? start + 1 : slice.end ?? count
    if !slice.isOne, end < 0 { end += count }
    if start == end { return [] }
    guard (0..<max(count, 1)).contains(start), start < count, (0...count).contains(end) else {
      let index = start < 0 || start >= count ? slice.start ?? 0 : slice.end ?? 0
      throw source.error(at: slice.at, "index \(index) is out of bounds: the list has \(count) elements")
    }
    guard start < end else {
      throw source.error(at: slice.at, "the slice ends before it begins: \(start) > \(end)")
    }
    let step = slice.step ?? 1
    guard step > 0 else { throw source.error(at: slice.at, "a step must be greater than 0") }
    return stride(from: start, to: end, by: step).map { elements[$0] }
  }

  private func matches(
    _ element: JSON, _ left: [JSONPathStep], _ comparison: (JSONPathComparison, right: [JSONPathStep])?, at: Int
  ) throws(TemplateError) -> Bool {
    guard let (comparison, rightSteps) = comparison else {
      // Where the way ends early, there is no such thing.
      do { return try !walk([element], left, at: at).isEmpty } catch { return false }
    }
    let left = try walk([element], left, at: at)
    let right = try walk([element], rightSteps, at: at)
    guard let a = left.first, let b = right.first else { return false }
    guard left.count == 1, right.count == 1 else {
      throw source.error(at: at, "a filter compares one value with one, not \(left.count) with \(right.count)")
    }
    guard let holds = comparison.holds(TemplateValue.json(a).compared(to: .json(b))) else {
      let (a, b) = (TemplateValue.json(a).kind, TemplateValue.json(b).kind)
      throw source.error(at: at, "cannot compare \(a) with \(b) by \(comparison.rawValue)")
    }
    return holds
  }
}
