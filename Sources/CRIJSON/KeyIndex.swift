/// The positions of an object's members by their keys: a hash table that is at most half full. It stores positions
/// only, so it takes an eighth of a dictionary's memory.
struct KeyIndex: Sendable {
  private static let vacant = UInt32.max

  /// Positions; the number of slots is a power of two.
  private var slots: [UInt32]

  /// Creates an index of the members, with room for the same number again.
  init(_ members: [JSONObject.Element]) {
    var count = 128
    while count < members.count * 4 { count *= 2 }
    slots = [UInt32](repeating: Self.vacant, count: count)
    for position in members.indices { insert(members[position].key, position) }
  }

  /// The position of the member with exactly these code points as its key, or nil.
  func position(of key: String, in members: [JSONObject.Element]) -> Int? {
    var slot = firstSlot(key)
    while slots[slot] != Self.vacant {
      let position = Int(slots[slot])
      if members[position].key.isIdentical(to: key) { return position }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds the last member, whose key is new.
  mutating func addLast(of members: [JSONObject.Element]) {
    guard let last = members.last else { return }
    if members.count * 2 > slots.count { self = KeyIndex(members) } else { insert(last.key, members.count - 1) }
  }

  private mutating func insert(_ key: String, _ position: Int) {
    var slot = firstSlot(key)
    while slots[slot] != Self.vacant { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(truncatingIfNeeded: position)
  }

  private func firstSlot(_ key: String) -> Int { key.hashValue & (slots.count - 1) }
}
