/// A function that a template can call. The functions in the last row are crictl's; the others are Go's.
enum TemplateFunction: String, Hashable, Sendable, CaseIterable {
  case and, or, not
  case eq, ne, lt, le, gt, ge
  case index, slice, len
  case print, printf, println
  case html, js, urlquery
  case json, title, lower, upper

  /// The names of all functions, for error messages.
  static let names = allCases.map(\.rawValue).sorted().joined(separator: ", ")

  /// The number of arguments that the function accepts, including a piped one.
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
