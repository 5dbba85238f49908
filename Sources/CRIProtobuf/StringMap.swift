internal import CRIText
internal import Glibc

/// A map from strings to strings, such as labels or annotations, sorted by the bytes of the keys.
public struct StringMap: Hashable, Sendable {
  struct Pair: Hashable, Sendable {
    var key: String
    var value: String
  }

  private var pairs: [Pair]

  /// Creates an empty map.
  public init() { pairs = [] }

  /// Creates a map from pairs in any order. If a key occurs twice, the last value wins.
  public init(_ pairs: some Sequence<(key: String, value: String)>) {
    self.init(unsorted: pairs.map { Pair(key: $0.key, value: $0.value) })
  }

  /// Creates a map from the pairs that `pair` returns for 0 to `count` - 1. If a key occurs twice, the last value wins.
  package init(count: Int, _ pair: (Int) -> (String, String)) {
    var pairs: [Pair] = []
    pairs.reserveCapacity(count)
    for index in 0..<count {
      let (key, value) = pair(index)
      pairs.append(Pair(key: key, value: value))
    }
    self.init(unsorted: pairs)
  }

  /// Creates a map from pairs in any order. If a key occurs twice, the last value wins.
  init(unsorted: [Pair]) {
    pairs = unsorted
    for index in pairs.indices.dropFirst() where !Self.isBefore(pairs[index - 1].key, pairs[index].key) {
      sortPairs()
      return
    }
  }

  /// Sorts the pairs, and removes all but the last pair of each key. The sort must be stable, which `sort` is.
  private mutating func sortPairs() {
    pairs.sort { Self.isBefore($0.key, $1.key) }
    var keptCount = 0
    for index in pairs.indices {
      let isRepeated = index + 1 < pairs.count && !Self.isBefore(pairs[index].key, pairs[index + 1].key)
      if isRepeated { continue }
      pairs.swapAt(keptCount, index)
      keptCount += 1
    }
    pairs.removeSubrange(keptCount...)
  }

  /// Whether `left` comes before `right` in byte order, as in Go. String's own order depends on Unicode
  /// equivalence, which does not apply to keys.
  static func isBefore(_ left: String, _ right: String) -> Bool {
    let fast = left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in
        guard let start = left.baseAddress, let other = right.baseAddress else {
          return left.count < right.count
        }
        let order = memcmp(start, other, Swift.min(left.count, right.count))
        return order < 0 || order == 0 && left.count < right.count
      }
    }
    if case .some(.some(let result)) = fast { return result }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  /// Returns the position of a key, or the position at which it would be inserted.
  private func position(of key: String) -> (index: Int, isFound: Bool) {
    var low = 0
    var high = pairs.count
    while low < high {
      let middle = (low + high) / 2
      if Self.isBefore(pairs[middle].key, key) { low = middle + 1 } else { high = middle }
    }
    return (low, low < pairs.count && !Self.isBefore(key, pairs[low].key))
  }

  /// The value for a key, or nil if the map does not have the key. Setting nil removes the key.
  public subscript(key: String) -> String? {
    get {
      let (index, isFound) = position(of: key)
      return isFound ? pairs[index].value : nil
    }
    set {
      let (index, isFound) = position(of: key)
      switch (newValue, isFound) {
      case (let value?, true): pairs[index].value = value
      case (let value?, false): pairs.insert(Pair(key: key, value: value), at: index)
      case (nil, true): pairs.remove(at: index)
      case (nil, false): break
      }
    }
  }

  /// The value for a key, or `fallback` if the map does not have the key.
  public subscript(key: String, default fallback: String) -> String { self[key] ?? fallback }

  /// The keys, sorted by their bytes.
  public var keys: [String] { pairs.map(\.key) }

  /// The values, in the order of their keys.
  public var values: [String] { pairs.map(\.value) }
}

extension StringMap: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of pairs.
  public var endIndex: Int { pairs.count }
  /// The pair at a position.
  public subscript(position: Int) -> (key: String, value: String) {
    (pairs[position].key, pairs[position].value)
  }
}

extension StringMap: ExpressibleByDictionaryLiteral {
  /// Creates a map from pairs in any order. If a key occurs twice, the last value wins.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(unsorted: elements.map { Pair(key: $0.0, value: $0.1) })
  }
}

extension StringMap: CustomStringConvertible {
  /// The pairs on one line, such as `["app": "web", "tier": "front"]`, with control characters escaped.
  public var description: String {
    guard !isEmpty else { return "[:]" }
    return "[" + pairs.map { "\($0.key.quoted): \($0.value.quoted)" }.joined(separator: ", ") + "]"
  }
}
