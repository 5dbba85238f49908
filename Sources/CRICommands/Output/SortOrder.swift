internal import CRIJSON
internal import CRITemplate

/// What a list is sorted by.
enum SortValue: Hashable, Sendable, Comparable {
  case number(Int64)
  case text(String)
  /// Comes last.
  case nothing

  /// A value of a document: numbers by their size, also where they stand in quotes as protobuf's do.
  init(_ value: JSON?) {
    guard let value, !value.isNull else {
      self = .nothing
      return
    }
    let text = value.stringValue ?? value.text()
    self = Int64(text).map(SortValue.number) ?? .text(text)
  }
}

/// The order of a list that `--sort-by` names; without it, the list's own.
struct SortOrder<Element: Sendable>: Sendable {
  typealias Key = @Sendable (Element) -> SortValue

  private let key: Key
  private let isDescending: Bool

  /// - Parameters:
  ///   - text: a key, or a path in the element's document such as `.metadata.name`; after `-` the greatest first.
  ///   - keys: by the names of columns.
  ///   - document: of an element, for paths.
  init?(
    _ text: String?, _ keys: @autoclosure () -> [String: Key], document: @escaping @Sendable (Element) -> JSON
  ) throws(Failure) {
    guard let text else { return nil }
    isDescending = text.hasPrefix("-")
    let name = String(isDescending ? text.dropFirst() : text[...])
    if name.hasPrefix(".") || name.hasPrefix("{") {
      let path: JSONPath
      do throws(TemplateError) {
        path = try JSONPath(name.hasPrefix("{") ? name : "{\(name)}")
      } catch {
        throw Failure(.usage, "--sort-by \(text): \(error)")
      }
      key = { SortValue((try? path.values(in: document($0)))?.first) }
      return
    }
    guard let known = keys()[name] else {
      throw Failure(
        .usage,
        "--sort-by \(text): write one of \(keys().keys.sorted().joined(separator: ", ")), or a path such as .metadata.name"
      )
    }
    key = known
  }

  /// Elements of one value stay in their order.
  func apply(to elements: [Element]) -> [Element] {
    let values = elements.map(key)
    let order = elements.indices.sorted { first, second in
      let (a, b) = (values[first], values[second])
      if a == b { return first < second }
      if a == .nothing || b == .nothing { return b == .nothing }
      return isDescending ? b < a : a < b
    }
    return order.map { elements[$0] }
  }
}
