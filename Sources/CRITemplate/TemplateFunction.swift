/// A function that a template can call: Go's own, then crictl's.
enum TemplateFunction: String, Hashable, Sendable, CaseIterable {
  case and, or, not
  case eq, ne, lt, le, gt, ge
  case index, slice, len
  case print, printf, println
  case html, js, urlquery
  case json, title, lower, upper

  static let names = allCases.map(\.rawValue).sorted().joined(separator: ", ")

  /// How many arguments it takes, the piped one among them.
  var argumentCount: ClosedRange<Int> {
    switch self {
    case .and, .or, .eq: 1...Int.max
    case .index, .slice, .printf: 1...Int.max
    case .not, .len, .json, .title, .lower, .upper: 1...1
    case .ne, .lt, .le, .gt, .ge: 2...2
    case .print, .println, .html, .js, .urlquery: 0...Int.max
    }
  }
}
