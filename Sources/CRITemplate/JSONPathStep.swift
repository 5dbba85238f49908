internal import CRIJSON

/// One step of an expression, which maps a list of values to a new list.
indirect enum JSONPathStep: Sendable {
  case field(String)
  /// `*`
  case wildcard
  /// `..`
  case descent
  /// `[start:end:step]` or `[index]`.
  case slice(JSONPathSlice)
  /// `[a,b]`
  case union([[JSONPathStep]])
  /// `[?(left operator right)]`. Without an operator, the filter selects the elements in which the left side exists.
  case filter(left: [JSONPathStep], comparison: (JSONPathComparison, right: [JSONPathStep])?, at: Int)
  /// A literal number or Boolean, which appears once for every value.
  case constant(JSON)
  /// Quoted text, which appears only once.
  case text(String)
}

/// A slice `[start:end:step]` or an index `[start]`.
struct JSONPathSlice: Sendable {
  let start: Int?
  let end: Int?
  let step: Int?
  /// Whether this is an index rather than a slice.
  let isIndex: Bool
  let offset: Int
}

/// A comparison operator in a filter.
enum JSONPathComparison: String, Sendable, CaseIterable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  /// Whether the order of two values satisfies the operator; nil if values of these types cannot be ordered.
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

/// A part of a jsonpath template.
indirect enum JSONPathSegment: Sendable {
  /// Text outside the braces.
  case text(String)
  case expression([JSONPathStep], at: Int)
  /// `{range steps}` up to its `{end}`.
  case range([JSONPathStep], [JSONPathSegment], at: Int)
}
