/// The members of a JSON object, in the order in which they were added.
public struct JSONObject: Sendable {
  /// One member.
  public typealias Element = (key: String, value: JSON)

  // For small objects, which are the usual case in the CRI, a linear search is faster than an index.
  private var members: [Element] = []
  private var index: KeyIndex?
  private static let maximumUnindexedCount = 32

  /// Creates an empty object.
  public init() {}

  /// Creates an object with the members of `pairs` in their order. If a key occurs twice, the last value wins.
  public init(_ pairs: some Sequence<Element>) {
    members.reserveCapacity(pairs.underestimatedCount)
    for (key, value) in pairs { self[key] = value }
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Whether the object has no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The keys, in the order of the members.
  public var keys: [String] { members.map(\.key) }

  /// The values, in the order of the members.
  public var values: [JSON] { members.map(\.value) }

  /// The value for `key`, or nil if there is no such member. Setting a new key appends it; setting nil removes the
  /// member.
  public subscript(key: String) -> JSON? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let known?, let value?): members[known].value = value
      case (let known?, nil): remove(at: known)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    if let index { return index.position(of: key, in: members) }
    return members.firstIndex { $0.key.isIdentical(to: key) }
  }

  private mutating func append(_ key: String, _ value: JSON) {
    members.append((key, value))
    if index == nil, members.count > Self.maximumUnindexedCount { reindex() } else { index?.addLast(of: members) }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    if index != nil { reindex() }
  }

  private mutating func reindex() { index = KeyIndex(members) }

  /// Returns the same members, sorted by the UTF-8 bytes of their keys, as Go sorts the keys of a map.
  public func sortedByKey() -> JSONObject {
    var sorted = self
    sorted.members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    if sorted.index != nil { sorted.reindex() }
    return sorted
  }

  /// Returns an object with the same keys in the same order and the transformed values.
  public func mapValues(_ transform: (JSON) -> JSON) -> JSONObject {
    var mapped = self
    for position in mapped.members.indices {
      mapped.members[position].value = transform(mapped.members[position].value)
    }
    return mapped
  }
}

extension JSONObject: RandomAccessCollection {
  /// The position of the first member, 0.
  public var startIndex: Int { 0 }
  /// The position after the last member.
  public var endIndex: Int { members.count }
  /// The member at a position, in the order of the document.
  public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: Hashable {
  /// Compares the members regardless of their order.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    guard a.count == b.count else { return false }
    // Objects from the same source usually have the same order, and in that case each key is compared only once.
    for (position, member) in a.members.enumerated() {
      let other = b.members[position]
      let value = other.key.isIdentical(to: member.key) ? other.value : b[member.key]
      guard let value, value == member.value else { return false }
    }
    return true
  }

  /// Hashes the members regardless of their order.
  public func hash(into hasher: inout Hasher) {
    // The combination is commutative because equality ignores the order.
    var combined = 0
    for (key, value) in members {
      var member = Hasher()
      member.combine(key)
      member.combine(value)
      combined ^= member.finalize()
    }
    hasher.combine(count)
    hasher.combine(combined)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// A dictionary literal is an object, with its members in this order.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }
}
