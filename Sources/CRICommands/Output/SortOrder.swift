internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRITemplate

/// A value by which a list is sorted.
enum SortValue: Hashable, Sendable, Comparable {
  case number(Int64)
  /// An amount that is in use. Users look for the largest one, so it comes first.
  case amount(UInt64)
  case text(String)
  /// No value; it comes last.
  case nothing

  static func < (first: SortValue, second: SortValue) -> Bool {
    switch (first, second) {
    case (.number(let first), .number(let second)): first < second
    case (.amount(let first), .amount(let second)): first > second
    case (.text(let first), .text(let second)): first < second
    default: first.rank < second.rank
    }
  }

  private var rank: Int {
    switch self {
    case .number: 0
    case .amount: 1
    case .text: 2
    case .nothing: 3
    }
  }

  init(number: Int64?) { self = number.map { .number($0) } ?? .nothing }

  /// A time; an event that has not happened has none.
  init(time: Timestamp?) { self.init(number: time.flatMap { $0 > .zero ? $0.nanoseconds : nil }) }

  /// A value of a document: numbers by their size, even if they are strings, as in protobuf's JSON.
  init(_ value: JSON?) {
    guard let value, !value.isNull else {
      self = .nothing
      return
    }
    let text = value.stringValue ?? value.text()
    self = Int64(text).map(SortValue.number) ?? .text(text)
  }
}

/// The order of a list that `--sort-by` specifies; without it, the list keeps its own order.
struct SortOrder<Text: ListText>: Sendable {
  /// A key; it takes the list too, because only the list knows some facts about an element.
  typealias Key = @Sendable (Text, Text.Element) -> SortValue

  private let key: Key
  private let isReversed: Bool
  /// The path as the user wrote it, if the order is by a path.
  private let path: String?
  /// Whether any part of an element's document may determine its position.
  var isByPath: Bool { path != nil }

  /// - Parameters:
  ///   - text: A key, or a path in the element's document such as `.metadata.name`; with `-` in front, in reverse
  ///   order.
  ///   - isWide: Whether the keys of `-o wide` are available.
  init?(_ text: String?, isWide: Bool) throws(Failure) {
    guard let text else { return nil }
    isReversed = text.hasPrefix("-")
    let name = String(isReversed ? text.dropFirst() : text[...])
    if name.hasPrefix(".") || name.hasPrefix("{") {
      let path: JSONPath
      do throws(TemplateError) {
        path = try JSONPath(name.hasPrefix("{") ? name : "{\(name)}")
      } catch {
        throw Failure(.usage, "--sort-by \(text): \(error)")
      }
      key = { SortValue((try? path.values(in: Text.json($1)))?.first) }
      self.path = text
      return
    }
    path = nil
    let wide = Text.wideSortKeys
    if !isWide, wide[name] != nil { throw Failure(.usage, "--sort-by \(text): this key needs -o wide") }
    guard let known = Text.sortKeys[name] ?? wide[name] else {
      throw Failure(
        .usage,
        "--sort-by \(text): unknown key; specify one of \(Text.sortNames(isWide: isWide)), or a path such as "
          + ".metadata.name")
    }
    key = known
  }

  /// Elements with equal values keep their order.
  /// - Parameter isStrict: Whether a path that no element has is a usage error; otherwise it does not change the order.
  func apply(to text: Text, _ clock: OutputClock, isStrict: Bool) throws(Failure) -> [Text.Element] {
    let elements = text.elements
    var values: [SortValue] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      try clock.check()
      values.append(key(text, element))
    }
    if isStrict, let path, !values.isEmpty, values.allSatisfy({ $0 == .nothing }) {
      throw Failure(.usage, "--sort-by \(path): no listed object has this path; -o json shows the paths")
    }
    let order = elements.indices.sorted { first, second in
      let (a, b) = (values[first], values[second])
      if a == b { return first < second }
      if a == .nothing || b == .nothing { return b == .nothing }
      return isReversed ? b < a : a < b
    }
    return order.map { elements[$0] }
  }
}
