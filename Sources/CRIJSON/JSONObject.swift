/// The members of a JSON object, in the order in which they were written.
public struct JSONObject: Sendable {
  /// One `"key": value`.
  public typealias Element = (key: String, value: JSON)

  // Pairs beat a dictionary for the small objects that CRI is made of; the index appears when an object grows.
  private var members: [Element] = []
  private var index: [ExactKey: Int]?
  private static let indexedFrom = 32

  /// An empty object.
  public init() {}

  /// The members of `pairs` in their order; of two with the same key the last one's value wins.
  public init(_ pairs: some Sequence<Element>) {
    members.reserveCapacity(pairs.underestimatedCount)
    for (key, value) in pairs { self[key] = value }
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The keys in their order.
  public var keys: [String] { members.map(\.key) }

  /// The values in the order of their keys.
  public var values: [JSON] { members.map(\.value) }

  /// The value for `key`; setting a new key appends it, setting nil removes the member.
  public subscript(key: String) -> JSON? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let at?, let value?): members[at].value = value
      case (let at?, nil): remove(at: at)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    if let index { return index[ExactKey(key)] }
    return members.firstIndex { $0.key.isIdentical(to: key) }
  }

  private mutating func append(_ key: String, _ value: JSON) {
    index?[ExactKey(key)] = members.count
    members.append((key, value))
    if index == nil, members.count > Self.indexedFrom { reindex() }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    if index != nil { reindex() }
  }

  private mutating func reindex() {
    var fresh: [ExactKey: Int] = [:]
    fresh.reserveCapacity(members.count * 2)
    for (position, member) in members.enumerated() { fresh[ExactKey(member.key)] = position }
    index = fresh
  }

  /// The same members, sorted by their keys' UTF-8 bytes (as Go sorts a map's keys).
  public func sortedByKey() -> JSONObject {
    var sorted = self
    sorted.members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    if sorted.index != nil { sorted.reindex() }
    return sorted
  }

  /// The same keys in the same order with other values.
  public func mapValues(_ transform: (JSON) -> JSON) -> JSONObject {
    var mapped = self
    for position in mapped.members.indices {
      mapped.members[position].value = transform(mapped.members[position].value)
    }
    return mapped
  }
}

extension JSONObject: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { members.count }
  public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: Hashable {
  /// Order does not matter.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    guard a.count == b.count else { return false }
    // The common case, two objects of one origin, costs one comparison a key.
    for (position, member) in a.members.enumerated() {
      let other = b.members[position]
      let value = other.key.isIdentical(to: member.key) ? other.value : b[member.key]
      guard let value, value == member.value else { return false }
    }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    // A commutative mixture, since order does not matter.
    var mixture = 0
    for (key, value) in members {
      var member = Hasher()
      member.combine(key)
      member.combine(value)
      mixture ^= member.finalize()
    }
    hasher.combine(count)
    hasher.combine(mixture)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }
}

/// A key that equals only the same code points.
private struct ExactKey: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactKey, b: ExactKey) -> Bool { a.text.isIdentical(to: b.text) }

  func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
