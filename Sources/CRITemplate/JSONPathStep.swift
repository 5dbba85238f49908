internal import CRIJSON

/// One step from a set of values to the next.
indirect enum JSONPathStep: Sendable {
  case field(String)
  /// `*`
  case wildcard
  /// `..`
  case descent
  /// `[start:end:step]`; an index alone has `isOne`.
  case slice(JSONPathSlice)
  /// `[a,b]`
  case union([[JSONPathStep]])
  /// `[?(left operator right)]`; without an operator it asks whether there is such a thing.
  case filter(left: [JSONPathStep], comparison: (JSONPathComparison, right: [JSONPathStep])?, at: Int)
  /// A literal, once for every value.
  case constant(JSON)
  /// A quoted text, once.
  case text(String)
}

/// `[start:end:step]`
struct JSONPathSlice: Sendable {
  let start: Int?
  let end: Int?
  let step: Int?
  /// `[start]`
  let isOne: Bool
  let at: Int
}

/// How a filter compares.
enum JSONPathComparison: String, Sendable, CaseIterable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  /// Whether the order satisfies it; nil when values of these kinds have no such order.
  func holds(_ order: TemplateOrder) -> Bool? {
    switch (self, order) {
    case (_, .incomparable): nil
    case (.equal, _): order == .equal
    case (.unequal, _): order != .equal
    case (_, .unordered): nil
    case (.less, _): order == .less
    case (.lessOrEqual, _): order != .greater
    case (.greater, _): order == .greater
    case (.greaterOrEqual, _): order != .less
    }
  }
}

/// A piece of a jsonpath template.
indirect enum JSONPathSegment: Sendable {
  /// What stands outside of the braces.
  case text(String)
  case expression([JSONPathStep], at: Int)
  /// `{range steps}` up to its `{end}`.
  case range([JSONPathStep], [JSONPathSegment], at: Int)
}
